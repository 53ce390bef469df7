package io.remuda.node.instance;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;

/**
 * Whose an instance is: everybody's, or for a while that of one lease's holder alone. Immutable;
 * {@link TenureDecider} says how one follows another.
 *
 * @param mode what holds until {@code until}
 * @param grant the one with the highest number that the instance was told, over restarts of the
 *     machine's JVM too; its lease holds the instance unless the mode is FREE
 * @param until {@code System.nanoTime()} from which the instance is everybody's again, with no
 *     message needed; of no meaning while FREE or CLEARING
 */
public record Tenure(Mode mode, Optional<LeaseToken> grant, long until) {

  /** What an instance lets in. */
  public enum Mode {
    /** Everybody; the grant is over. */
    FREE,
    /** Nobody: other calls are still under way, and the grant waits for their end. */
    CLEARING,
    /** The grant's holder. */
    HELD,
    /**
     * Nobody: a JVM before this one held it under the grant, and whether that still is so nobody
     * has said.
     */
    UNTOLD
  }

  /** Of an instance that no lease has ever held. */
  public static final Tenure NEVER = new Tenure(Mode.FREE, Optional.empty(), 0);

  /** The highest number that the instance was told; 0 before the first. */
  public long highest() {
    return grant.map(LeaseToken::number).orElse(0L);
  }

  /** Whether it is not everybody's, as the instance last was told or saw by its clock. */
  public boolean lent() {
    return mode != Mode.FREE;
  }

  /** The lease that it is kept for, from before it holds the instance until it is free again. */
  public Optional<LeaseId> lease() {
    return lent() ? grant.map(LeaseToken::lease) : Optional.empty();
  }

  boolean isOf(LeaseToken token) {
    return grant.equals(Optional.of(token));
  }
}
