/** Nodes as processes: how they say that they run, and how they end. */
@NullMarked
package io.remuda.deploy.local;

import org.jspecify.annotations.NullMarked;
