/** Typed models: their messages as JSON and as protobuf, by the schemas that the catalog holds. */
@NullMarked
package io.remuda.gateway.typed;

import org.jspecify.annotations.NullMarked;
