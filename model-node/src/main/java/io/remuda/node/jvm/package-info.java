/** Models that run inside the JVM: their interface, their HTTP shapes, and the two demo models. */
@NullMarked
package io.remuda.node.jvm;

import org.jspecify.annotations.NullMarked;
