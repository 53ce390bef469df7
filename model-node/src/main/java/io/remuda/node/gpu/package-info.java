/** What this machine has: its GPUs, its memory, its processors, and the locks on them. */
@NullMarked
package io.remuda.node.gpu;

import org.jspecify.annotations.NullMarked;
