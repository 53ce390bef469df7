/** The consuming side of durable tasks: take, claim, run, store, acknowledge. */
@NullMarked
package io.remuda.node.task;

import org.jspecify.annotations.NullMarked;
