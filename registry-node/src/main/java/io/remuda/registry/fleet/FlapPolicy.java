package io.remuda.registry.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * When a member changes between reachable and unreachable too often: with the resolver's own remedy
 * off, one such member would postpone every decision of the cluster.
 *
 * @param changes so many within the window are too many
 */
public record FlapPolicy(int changes, Duration window) {

  /** The changes that still count, with one more now. */
  public List<Instant> withChange(List<Instant> earlier, Instant now) {
    return Stream.concat(
            earlier.stream().filter(at -> at.plus(window).isAfter(now)), Stream.of(now))
        .toList();
  }

  public boolean isFlapping(List<Instant> counted) {
    return counted.size() >= changes;
  }
}
