/** What the gateway knows of the fleet: an immutable snapshot, and the choice of an instance. */
@NullMarked
package io.remuda.gateway.routing;

import org.jspecify.annotations.NullMarked;
