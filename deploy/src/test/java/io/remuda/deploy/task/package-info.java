/** Durable tasks through the real broker and the real result store. */
@NullMarked
package io.remuda.deploy.task;

import org.jspecify.annotations.NullMarked;
