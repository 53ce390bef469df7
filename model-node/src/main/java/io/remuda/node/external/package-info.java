/**
 * Workers in any language: they join their machine over HTTP, say that they are there, and leave.
 */
@NullMarked
package io.remuda.node.external;

import org.jspecify.annotations.NullMarked;
