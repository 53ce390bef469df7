@NullMarked
package io.remuda.gateway.batches;

import org.jspecify.annotations.NullMarked;
