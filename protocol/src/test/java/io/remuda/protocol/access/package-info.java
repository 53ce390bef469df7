@NullMarked
package io.remuda.protocol.access;

import org.jspecify.annotations.NullMarked;
