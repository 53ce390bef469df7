package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.Optional;

/** What is broken, one after the other. */
enum FaultKind {
  ENGINE_KILLED("kill -9 of an engine", 1),
  MACHINE_KILLED("kill -9 of a model node; its engines live on", 1),
  GATEWAY_KILLED("kill -9 of one of two gateways", 1),
  REGISTRY_KILLED("kill -9 of one registry node");

  private final String words;
  private final Optional<Duration> gap;

  FaultKind(String words) {
    this.words = words;
    this.gap = Optional.empty();
  }

  FaultKind(String words, int gapSeconds) {
    this.words = words;
    this.gap = Optional.of(Duration.ofSeconds(gapSeconds));
  }

  String words() {
    return words;
  }

  /** The longest that a client may be without an answer, where that is promised. */
  Optional<Duration> gap() {
    return gap;
  }
}
