/** Which machine an instance goes to: pure, over an immutable picture of the fleet. */
@NullMarked
package io.remuda.registry.placement;

import org.jspecify.annotations.NullMarked;
