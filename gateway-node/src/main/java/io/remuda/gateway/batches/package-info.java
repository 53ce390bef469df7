/** Files, and batches of requests in them that are run line by line as durable tasks. */
@NullMarked
package io.remuda.gateway.batches;

import org.jspecify.annotations.NullMarked;
