/** An instance's second facet: it works off its model's durable tasks, beside what it serves. */
@NullMarked
package io.remuda.node.duty;

import org.jspecify.annotations.NullMarked;
