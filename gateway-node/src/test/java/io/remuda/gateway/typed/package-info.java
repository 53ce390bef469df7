/** Tests of typed models. */
@NullMarked
package io.remuda.gateway.typed;

import org.jspecify.annotations.NullMarked;
