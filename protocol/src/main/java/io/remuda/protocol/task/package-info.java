/** Names and scripts that both sides of the task queue and of the result store agree on. */
@NullMarked
package io.remuda.protocol.task;

import org.jspecify.annotations.NullMarked;
