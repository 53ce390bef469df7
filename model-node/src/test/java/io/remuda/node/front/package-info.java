/** Tests of the byte path's far end with real sockets. */
@NullMarked
package io.remuda.node.front;

import org.jspecify.annotations.NullMarked;
