/** How instances take durable tasks. */
@org.jspecify.annotations.NullMarked
package io.remuda.node.duty;
