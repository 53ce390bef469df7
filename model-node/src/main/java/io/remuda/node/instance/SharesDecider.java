package io.remuda.node.instance;

import io.remuda.node.instance.Shares.Share;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Step;
import io.remuda.node.instance.TenureDecider.Verdict;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How the shares of an instance follow from what its machine is told, and which of their calls
 * pass. Each lease's numbers rise; a lease that has none now needs a number above all that are
 * over. An instance is leased as a whole or in shares, never both. Times are {@code
 * System.nanoTime()}.
 */
final class SharesDecider {

  private SharesDecider() {}

  /**
   * The outcome of an order to hold a share.
   *
   * @param refused present exactly where the step says so
   */
  record Decision(Shares shares, Step step, Optional<Refused> refused) {}

  /** The shares that a former JVM has left. */
  static Shares kept(KeptShares left, long now) {
    Shares shares = new Shares(Map.of(), left.ended());
    for (KeptShares.Kept each : left.shares()) {
      long until = now + Duration.ofMillis(each.ttlMillis()).toNanos();
      shares = shares.with(new Share(each.token(), each.slots(), Mode.UNTOLD, until));
    }
    return shares;
  }

  /**
   * After an order to hold {@code wanted} slots for {@code grant}'s holder.
   *
   * @param tenure of the instance as a whole
   * @param slots of the instance
   */
  static Decision hold(
      InstanceId id,
      Shares before,
      Tenure tenure,
      LeaseToken grant,
      int wanted,
      int slots,
      Duration ttl,
      long now) {
    Tenure whole = TenureDecider.expire(tenure, now);
    Optional<Share> has = before.of(grant.lease());
    long below =
        has.map(share -> share.token().number() - 1)
            .orElseGet(() -> Math.max(before.ended(), whole.highest()));
    if (grant.number() <= below) {
      return refused(
          before,
          ErrorCode.STALE_LEASE,
          "%s was told of a later grant than that of lease %s; the lease has moved or ended"
              .formatted(id, grant.lease()));
    }
    if (whole.lent()) {
      return refused(
          before,
          ErrorCode.BUSY,
          id + " is leased as a whole, so that nobody has a share of it; grant another instance");
    }
    int others = before.slots() - has.map(Share::slots).orElse(0);
    boolean fits = wanted <= slots - others && has.map(Share::slots).orElse(wanted) == wanted;
    if (!fits) {
      return refused(
          before,
          ErrorCode.BUSY,
          "%s has %d slots, of which leases have %d already; grant another instance"
              .formatted(id, slots, before.slots()));
    }
    boolean held =
        has.filter(share -> share.mode() == Mode.HELD && share.token().equals(grant)).isPresent();
    return held
        ? new Decision(
            before.with(new Share(grant, wanted, Mode.HELD, now + ttl.toNanos())),
            Step.RENEWED,
            Optional.empty())
        : new Decision(
            before.with(new Share(grant, wanted, Mode.CLEARING, 0)), Step.CLEAR, Optional.empty());
  }

  /** Why the instance cannot be leased as a whole under {@code grant}. */
  static Optional<Refused> objection(InstanceId id, Shares shares, LeaseToken grant) {
    if (grant.number() <= shares.highest()) {
      return Optional.of(
          Refused.of(
              ErrorCode.STALE_LEASE,
              "%s was told of a later grant than that of lease %s; the lease has moved or ended"
                  .formatted(id, grant.lease())));
    }
    return shares.all().isEmpty()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.BUSY,
                "leases have shares of %s, so that nobody has the whole; grant another instance"
                    .formatted(id)));
  }

  /** No others use its slots any more and the grant is on the disk. */
  static Shares cleared(Shares before, LeaseToken grant, Duration ttl, long now) {
    return before
        .of(grant.lease())
        .filter(share -> share.token().equals(grant) && share.mode() == Mode.CLEARING)
        .map(share -> before.with(new Share(grant, share.slots(), Mode.HELD, now + ttl.toNanos())))
        .orElse(before);
  }

  /** After an order to let go of {@code grant}; one of an earlier number changes nothing. */
  static Shares release(Shares before, LeaseToken grant) {
    return before
        .of(grant.lease())
        .filter(share -> share.token().number() <= grant.number())
        .map(share -> before.without(grant.lease(), grant.number()))
        .orElse(before);
  }

  /** As the clock has it: what was held until now is over. */
  static Shares expire(Shares before, long now) {
    Shares after = before;
    for (Share share : before.all().values()) {
      if (isOver(share, now)) {
        after = after.without(share.token().lease(), share.token().number());
      }
    }
    return after;
  }

  private static boolean isOver(Share share, long now) {
    return share.mode() != Mode.CLEARING && now - share.until() >= 0;
  }

  /** What a call under {@code token} meets; empty where its lease has no share. */
  static Optional<Verdict> admit(Shares shares, LeaseToken token, long now) {
    LeaseId lease = token.lease();
    return shares
        .of(lease)
        .map(
            share -> {
              if (!share.token().equals(token)) {
                return Verdict.STALE;
              }
              if (isOver(share, now)) {
                return Verdict.ENDED;
              }
              return share.mode() == Mode.HELD ? Verdict.ADMITTED : Verdict.NOT_YET;
            });
  }

  private static Decision refused(Shares before, ErrorCode code, String why) {
    return new Decision(before, Step.REFUSED, Optional.of(Refused.of(code, why)));
  }
}
