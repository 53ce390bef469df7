/**
 * A whole fleet in one thread: the product's own deciders, states and books, wired by shells as
 * thin as its actors, under a clock, a network and a chance that one seed decides.
 */
@NullMarked
package io.remuda.deploy.simulation;

import org.jspecify.annotations.NullMarked;
