@NullMarked
package io.remuda.protocol.limit;

import org.jspecify.annotations.NullMarked;
