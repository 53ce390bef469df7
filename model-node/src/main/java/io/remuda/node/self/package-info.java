/** Models that this machine has by itself, and how the fleet hears of them. */
@NullMarked
package io.remuda.node.self;

import org.jspecify.annotations.NullMarked;
