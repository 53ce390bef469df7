/** Who changed the fleet through its gateways, kept as history. */
@NullMarked
package io.remuda.registry.audit;

import org.jspecify.annotations.NullMarked;
