/** How a node becomes a member of the fleet, and the tables that spread through it. */
@NullMarked
package io.remuda.protocol.cluster;

import org.jspecify.annotations.NullMarked;
