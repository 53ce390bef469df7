/** Models that come as jars: their folder, what each of them is, and how their JVM is started. */
@NullMarked
package io.remuda.node.jar;

import org.jspecify.annotations.NullMarked;
