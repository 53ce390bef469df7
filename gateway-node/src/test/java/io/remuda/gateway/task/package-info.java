@NullMarked
package io.remuda.gateway.task;

import org.jspecify.annotations.NullMarked;
