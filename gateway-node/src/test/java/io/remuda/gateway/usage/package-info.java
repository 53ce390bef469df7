@NullMarked
package io.remuda.gateway.usage;

import org.jspecify.annotations.NullMarked;
