/** The public port and the byte path: limits, the request's model, retries, dialects, relay. */
@NullMarked
package io.remuda.gateway.edge;

import org.jspecify.annotations.NullMarked;
