package io.remuda.node.instance;

import io.remuda.node.instance.Tenure.Mode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.Optional;

/**
 * How an instance's tenure follows from what its machine is told, and whom it lets in. Numbers
 * decide between leases: the highest wins, a lower one changes nothing, and one that the instance
 * has let go of never comes back. Times are {@code System.nanoTime()}.
 */
public final class TenureDecider {

  /** What an order to hold comes to. */
  public enum Step {
    /** It was held already, and is so for longer now. */
    RENEWED,
    /** It is to be held once nobody else's call is under way and it is on the disk. */
    CLEAR,
    REFUSED
  }

  /** What a call meets. */
  public enum Verdict {
    ADMITTED,
    /** Without a token, where a lease has the instance. */
    LEASED,
    /** With a token that is not, or not any more, what the instance was told last. */
    STALE,
    /** With the token that it was told last, whose time is over. */
    ENDED,
    /** With the token that it was told last, which holds nothing yet. */
    NOT_YET
  }

  /**
   * The outcome of an order.
   *
   * @param refused present exactly where the step says so
   */
  public record Decision(Tenure tenure, Step step, Optional<Refused> refused) {}

  private TenureDecider() {}

  /** The tenure of an instance that a former JVM has left, or of a new one. */
  public static Tenure kept(Optional<KeptHold> left, long now) {
    return left.map(
            hold ->
                new Tenure(
                    hold.held() ? Mode.UNTOLD : Mode.FREE,
                    Optional.of(hold.grant()),
                    now + Duration.ofMillis(hold.ttlMillis()).toNanos()))
        .orElse(Tenure.NEVER);
  }

  /** After an order to hold the instance for {@code grant}'s holder. */
  public static Decision hold(
      InstanceId id, Tenure before, LeaseToken grant, Duration ttl, long now) {
    Tenure current = expire(before, now);
    if (grant.number() > current.highest()) {
      return new Decision(clearing(grant), Step.CLEAR, Optional.empty());
    }
    if (!current.isOf(grant)) {
      return refused(
          current,
          Refused.of(
              ErrorCode.STALE_LEASE,
              "%s was told of a later grant than that of lease %s; the lease has moved or ended"
                  .formatted(id, grant.lease())));
    }
    return switch (current.mode()) {
      case HELD -> new Decision(held(grant, ttl, now), Step.RENEWED, Optional.empty());
      case CLEARING, UNTOLD -> new Decision(clearing(grant), Step.CLEAR, Optional.empty());
      case FREE ->
          refused(
              current,
              Refused.of(
                  ErrorCode.ENDED,
                  "%s has let go of lease %s, which was not renewed in time or was released; grant"
                          .formatted(id, grant.lease())
                      + " it again under a higher number"));
    };
  }

  /** Nobody else's call is under way any more and the grant is on the disk. */
  public static Tenure cleared(Tenure before, LeaseToken grant, Duration ttl, long now) {
    return before.mode() == Mode.CLEARING && before.isOf(grant) ? held(grant, ttl, now) : before;
  }

  /** After an order to let go of {@code grant}; one that comes later than this is refused. */
  public static Tenure release(Tenure before, LeaseToken grant) {
    return grant.number() > before.highest() || before.isOf(grant) ? free(grant) : before;
  }

  /** As the clock has it: what was held until now is free. */
  public static Tenure expire(Tenure before, long now) {
    boolean timed = before.mode() == Mode.HELD || before.mode() == Mode.UNTOLD;
    return timed && now - before.until() >= 0
        ? new Tenure(Mode.FREE, before.grant(), before.until())
        : before;
  }

  /** Whether a call passes that shows {@code token}, or none. */
  public static Verdict admit(Tenure tenure, Optional<LeaseToken> token, long now) {
    Tenure current = expire(tenure, now);
    if (token.isEmpty()) {
      return current.mode() == Mode.FREE ? Verdict.ADMITTED : Verdict.LEASED;
    }
    if (!current.isOf(token.get())) {
      return Verdict.STALE;
    }
    return switch (current.mode()) {
      case HELD -> Verdict.ADMITTED;
      case CLEARING, UNTOLD -> Verdict.NOT_YET;
      case FREE -> Verdict.ENDED;
    };
  }

  private static Decision refused(Tenure tenure, Refused why) {
    return new Decision(tenure, Step.REFUSED, Optional.of(why));
  }

  private static Tenure clearing(LeaseToken grant) {
    return new Tenure(Mode.CLEARING, Optional.of(grant), 0);
  }

  private static Tenure held(LeaseToken grant, Duration ttl, long now) {
    return new Tenure(Mode.HELD, Optional.of(grant), now + ttl.toNanos());
  }

  private static Tenure free(LeaseToken grant) {
    return new Tenure(Mode.FREE, Optional.of(grant), 0);
  }
}
