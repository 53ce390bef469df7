/** The byte path's contract between a gateway's edge and a machine's front. */
@NullMarked
package io.remuda.protocol.bytes;

import org.jspecify.annotations.NullMarked;
