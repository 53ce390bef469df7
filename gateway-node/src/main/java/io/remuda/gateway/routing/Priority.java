package io.remuda.gateway.routing;

import java.util.Locale;
import java.util.Optional;

/** How urgent a request is that waits, compared with others for the same model. */
public enum Priority {
  HIGH(64),
  NORMAL(8),
  LOW(1);

  private final int weight;

  Priority(int weight) {
    this.weight = weight;
  }

  /** Of the slots that come free, its part where requests of all priorities wait. */
  int weight() {
    return weight;
  }

  /** The less urgent of both. */
  public Priority atMost(Priority highest) {
    return compareTo(highest) < 0 ? highest : this;
  }

  /** As clients and operators write it, such as {@code high}; empty for anything else. */
  public static Optional<Priority> parse(String text) {
    try {
      return Optional.of(valueOf(text.strip().toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
