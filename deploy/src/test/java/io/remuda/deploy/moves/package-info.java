/**
 * Measurements of deployments that move and of leases: how clients see them, and what the moves
 * take.
 */
@NullMarked
package io.remuda.deploy.moves;

import org.jspecify.annotations.NullMarked;
