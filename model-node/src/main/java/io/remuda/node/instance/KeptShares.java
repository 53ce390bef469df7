package io.remuda.node.instance;

import io.remuda.protocol.model.LeaseToken;
import java.util.List;
import java.util.Objects;

/**
 * What is kept of an instance's shares for the next JVM, in {@code shares.json}.
 *
 * @param ended the highest number of a share that is over
 */
public record KeptShares(List<Kept> shares, long ended) {

  /** Of an instance that no lease has ever had a share of. */
  public static final KeptShares NONE = new KeptShares(List.of(), 0);

  /**
   * One lease's.
   *
   * @param ttlMillis how long it may still have it, counted from the start of the next JVM: longer
   *     than it truly is, never shorter
   */
  public record Kept(LeaseToken token, int slots, long ttlMillis) {
    public Kept {
      Objects.requireNonNull(token, "token");
      if (slots < 1) {
        throw new IllegalArgumentException("a share is of 1 slot or more, not " + slots);
      }
    }
  }

  public KeptShares {
    // A file that was cut short is read as one with holes.
    shares = List.copyOf(Objects.requireNonNull(shares, "shares"));
  }
}
