/** Tests of what the gateway knows of the fleet. */
@NullMarked
package io.remuda.gateway.routing;

import org.jspecify.annotations.NullMarked;
