/** Tests of the public port with real sockets. */
@NullMarked
package io.remuda.gateway.edge;

import org.jspecify.annotations.NullMarked;
