package io.remuda.protocol.model;

import io.remuda.protocol.id.LeaseId;
import java.util.Optional;

/**
 * What a lease's holder shows with each call: the lease, and the number under which it was granted.
 * Of two tokens that one instance is told the later one has the higher number, whichever lease it
 * is of. As text {@code <lease>.<number>}; never logged.
 *
 * @param number from 1 on
 */
public record LeaseToken(LeaseId lease, long number) {

  /** Throws IllegalArgumentException when {@code number} is below 1. */
  public LeaseToken {
    if (number < 1) {
      throw new IllegalArgumentException("a lease's token is 1 or higher, not " + number);
    }
  }

  /** The token, or empty when {@code text} is of another shape. */
  public static Optional<LeaseToken> parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0 || !text.substring(dot + 1).matches("[1-9][0-9]{0,17}")) {
      return Optional.empty();
    }
    long number = Long.parseLong(text.substring(dot + 1));
    return LeaseId.parse(text.substring(0, dot)).map(lease -> new LeaseToken(lease, number));
  }

  @Override
  public String toString() {
    return lease + "." + number;
  }
}
