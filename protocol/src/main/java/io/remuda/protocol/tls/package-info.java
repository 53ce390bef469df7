/**
 * The fleet's certificates: the authority that makes them, the token that brings a node its own,
 * and what a node does with it.
 */
@NullMarked
package io.remuda.protocol.tls;

import org.jspecify.annotations.NullMarked;
