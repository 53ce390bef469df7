/**
 * Engine profiles, command lines, engine processes under their keeper, and proof that they answer.
 */
@NullMarked
package io.remuda.node.engine;

import org.jspecify.annotations.NullMarked;
