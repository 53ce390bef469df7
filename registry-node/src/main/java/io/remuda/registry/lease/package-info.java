/** Leases: who may use which instances alone, and for how long. */
@NullMarked
package io.remuda.registry.lease;

import org.jspecify.annotations.NullMarked;
