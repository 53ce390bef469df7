@NullMarked
package io.remuda.gateway.tasks;

import org.jspecify.annotations.NullMarked;
