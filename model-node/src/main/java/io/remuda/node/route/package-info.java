/** How this machine's instances are made known to the gateways. */
@NullMarked
package io.remuda.node.route;

import org.jspecify.annotations.NullMarked;
