/** Deployments: what was declared, what follows from it, and the actor that owns one name. */
@NullMarked
package io.remuda.registry.model;

import org.jspecify.annotations.NullMarked;
