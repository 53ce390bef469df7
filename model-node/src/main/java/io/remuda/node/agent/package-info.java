/** The machine's arbiter: what it has, what of it is promised, and to which instances. */
@NullMarked
package io.remuda.node.agent;

import org.jspecify.annotations.NullMarked;
