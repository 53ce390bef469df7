/** The byte path's far end: from the gateway through the gate to the engine, metered on the way. */
@NullMarked
package io.remuda.node.front;

import org.jspecify.annotations.NullMarked;
