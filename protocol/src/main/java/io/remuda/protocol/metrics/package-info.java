/** What a node measures of itself, under which names, and how it is scraped. */
@NullMarked
package io.remuda.protocol.metrics;

import org.jspecify.annotations.NullMarked;
