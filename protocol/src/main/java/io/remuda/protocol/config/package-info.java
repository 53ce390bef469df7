/** What a node reads before it starts: its configuration, checked, and its data directory. */
@NullMarked
package io.remuda.protocol.config;

import org.jspecify.annotations.NullMarked;
