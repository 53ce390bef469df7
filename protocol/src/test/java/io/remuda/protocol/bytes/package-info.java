@NullMarked
package io.remuda.protocol.bytes;

import org.jspecify.annotations.NullMarked;
