/** The submitting and reading side of durable tasks. */
@NullMarked
package io.remuda.gateway.task;

import org.jspecify.annotations.NullMarked;
