package io.remuda.protocol.cluster;

/**
 * Somebody who wanted to be of this fleet was turned away. Published on the cluster system's event
 * stream of the node that did it, at most once for each remote address and interval.
 *
 * @param remote address of the other end, without its port; where it is not known, what it knocked
 *     at
 * @param reason a sentence: what was wrong
 * @param unsaid how many other refusals have been kept quiet since the last one that was said
 */
public record PeerRefused(String remote, String reason, long unsaid) {}
