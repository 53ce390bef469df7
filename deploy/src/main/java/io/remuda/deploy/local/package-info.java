/** Nodes as processes of this machine: one of a fleet, or all in one JVM. */
@NullMarked
package io.remuda.deploy.local;

import org.jspecify.annotations.NullMarked;
