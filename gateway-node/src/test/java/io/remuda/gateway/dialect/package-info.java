@NullMarked
package io.remuda.gateway.dialect;

import org.jspecify.annotations.NullMarked;
