package io.remuda.registry.lease;

import static io.remuda.protocol.ErrorCode.ENDED;
import static io.remuda.protocol.ErrorCode.IDEMPOTENCY_CONFLICT;
import static io.remuda.protocol.ErrorCode.INVALID_REQUEST;
import static io.remuda.protocol.ErrorCode.MODEL_NOT_READY;
import static io.remuda.protocol.ErrorCode.SHUTTING_DOWN;
import static io.remuda.protocol.ErrorCode.STALE_LEASE;
import static io.remuda.protocol.ErrorCode.WRONG_JOURNAL;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.lease.LeaseEvent.LeaseClosed;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.ClaimReply;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a lease.
 *
 * <p>Guarantees: its token is written, by its model's owner or by itself, before any machine is
 * told, and rises whenever an instance of it changes; it is ready only once that is in its own
 * journal, while all of its instances obey that token; once over it never comes back, and is closed
 * only when every model has said that it has nothing of it any more.
 *
 * <p>No two leases wait for each other: each asks for its models in the order of their names, and
 * one that has to wait for a model gives those after it back meanwhile.
 *
 * <p>Of whole instances or of shares of them it asks and holds alike: what differs is how much its
 * models' owners grant, and what their machines keep.
 */
public final class LeaseDecider {

  /** A machine that says so will do so a little later. */
  private static final Set<ErrorCode> PASSING = Set.of(SHUTTING_DOWN, WRONG_JOURNAL);

  private LeaseDecider() {}

  /** Why what is asked for cannot be a lease, or not this one. */
  public static Optional<Refused> objection(LeaseState state, Wish wish) {
    if (state.wish().isPresent()) {
      return state.wish().get().equals(wish)
          ? Optional.empty()
          : Optional.of(
              Refused.of(
                  IDEMPOTENCY_CONFLICT,
                  "lease %s was asked for with something else; use another key"
                      .formatted(state.id())));
    }
    if (wish.models().isEmpty()) {
      return Optional.of(
          Refused.of(INVALID_REQUEST, "a lease is of one or several models; name them"));
    }
    if (wish.own().filter(own -> !wish.models().contains(own.name())).isPresent()) {
      return Optional.of(
          Refused.of(
              INVALID_REQUEST, "the deployment that a lease brings must be among its models"));
    }
    return LeaseTimeDecider.timeless(wish.ttl())
        .or(() -> LeaseTimeDecider.timeless(wish.patience()));
  }

  /** Its holder is done with it. */
  public static LeaseDecision release(
      LeaseState state, LeaseSoft soft, String reason, Instant now) {
    return end(state, soft, Cause.RELEASED, reason, now);
  }

  private static LeaseDecision end(
      LeaseState state, LeaseSoft soft, Cause cause, String reason, Instant now) {
    return LeaseDecision.write(new LeaseEnded(state.id(), cause, reason, now), soft.moving());
  }

  /** What it needs is refused for good: its end says so with the refusal's own code. */
  static LeaseDecision refused(
      LeaseState state, LeaseSoft soft, Cause cause, Refused why, Instant now) {
    return LeaseDecision.write(
        new LeaseEnded(state.id(), cause, why.message(), Optional.of(why.code()), now),
        soft.moving());
  }

  /** A name's owner says what it has of it. */
  public static LeaseDecision told(
      LeaseState state, LeaseSoft soft, ClaimReply reply, Instant now) {
    if (!state.models().contains(reply.model())) {
      return LeaseDecision.remember(
          reply instanceof ClaimReply.Returned
              ? soft.but(next -> next.givingBack.remove(reply.model()))
              : soft);
    }
    if (reply instanceof ClaimReply.Returned && state.end().isPresent()) {
      return close(
          state,
          soft.but(
              next -> {
                next.returned.add(reply.model());
                next.givingBack.remove(reply.model());
              }),
          now);
    }
    if (!state.isLive()) {
      return LeaseDecision.remember(soft);
    }
    if (reply instanceof ClaimReply.Granted granted) {
      return LeaseGrantDecider.granted(state, soft, granted, now);
    }
    if (reply instanceof ClaimReply.Queued queued) {
      return LeaseGrantDecider.queued(state, soft, queued, now);
    }
    if (reply instanceof ClaimReply.Returned) {
      return new LeaseDecision(
          List.of(),
          soft.but(next -> next.givingBack.remove(reply.model())),
          soft.givingBack().contains(reply.model()));
    }
    return reply instanceof ClaimReply.Rejected rejected
        ? refused(state, soft, Cause.REFUSED, rejected.refused(), now)
        : LeaseDecision.remember(soft);
  }

  /**
   * A name's owner, which does not hear the lease, has given it an instance under {@code number}.
   * While it lives it claims what it has or has come to, see {@link LeaseOrderDecider#kept}, and
   * gives back what it is not yet to have; once it is over it gives that back, though it may have
   * been told that there is nothing. An earlier life of its actor may have claimed what no one but
   * its name's owner knows of; and one whose wish was never written has claimed what nobody waits
   * for, which it gives back too.
   *
   * <p>Without a number it has none, and has brought the deployment: once it is over it removes
   * that again, though it was removed before. A late word of an earlier life may have declared it
   * anew.
   */
  public static LeaseDecision stillWanted(
      LeaseState state, LeaseSoft soft, ModelName model, long number) {
    if (number == 0) {
      return state.end().isPresent()
          ? new LeaseDecision(List.of(), soft.but(draft -> draft.removed = false), true)
          : LeaseDecision.remember(soft);
    }
    boolean written = state.wish().isPresent();
    if (written && state.end().isEmpty() && !isBehindOneThatItLacks(state, soft, model)) {
      return LeaseDecision.remember(soft);
    }
    LeaseSoft next =
        soft.but(
            draft -> {
              draft.returned.remove(model);
              draft.givingBack.add(model);
              draft.floor = Math.max(draft.floor, number);
            });
    return new LeaseDecision(List.of(), next, true);
  }

  /** Whether it has nothing of that model of its own, and waits for one before it. */
  private static boolean isBehindOneThatItLacks(LeaseState state, LeaseSoft soft, ModelName model) {
    return state.isLive()
        && state.models().contains(model)
        && !has(state, soft, model)
        && state.models().stream()
            .anyMatch(each -> each.compareTo(model) < 0 && !has(state, soft, each));
  }

  private static boolean has(LeaseState state, LeaseSoft soft, ModelName model) {
    return state.parts().containsKey(model) || soft.grants().containsKey(model);
  }

  /** A machine says whether it holds an instance for the lease. */
  public static LeaseDecision held(LeaseState state, LeaseSoft soft, HoldReply reply, Instant now) {
    ModelName model = reply.id().model();
    Optional<Part> part =
        Optional.ofNullable(state.parts().get(model))
            .filter(has -> has.instance().equals(reply.id()));
    if (!state.isLive()
        || part.isEmpty()
        || state.token() < 1
        || !reply.grant().equals(new LeaseToken(state.id(), state.token()))) {
      return LeaseDecision.remember(soft);
    }
    if (reply.refused().isPresent()) {
      return notHeld(state, soft, part.get(), reply, now);
    }
    LeaseSoft next = soft.but(draft -> draft.obeyed.add(model));
    boolean all = state.isGranted() && next.obeyed().containsAll(state.models());
    if (!all || next.isReady()) {
      return LeaseDecision.remember(next);
    }
    return LeaseTimeDecider.isLate(state, next, now)
        ? new LeaseDecision(List.of(), next.untold(), true)
        : LeaseDecision.remember(LeaseTimeDecider.ready(state, next, now));
  }

  private static LeaseDecision notHeld(
      LeaseState state, LeaseSoft soft, Part part, HoldReply reply, Instant now) {
    Refused why = reply.refused().orElseThrow();
    ModelName model = reply.id().model();
    boolean starts = why.code() == MODEL_NOT_READY && soft.obeyed().contains(model);
    if (starts || PASSING.contains(why.code())) {
      // Its machine or its engine starts again: it is told anew, until it is given up by its model.
      return LeaseDecision.remember(soft);
    }
    LeaseDecision moved =
        LeaseGrantDecider.moved(
            state,
            soft.but(
                draft -> {
                  draft.floor = Math.max(draft.floor, reply.highest());
                  draft.avoided.put(model, part.instance());
                }),
            model,
            part,
            why.message(),
            now);
    // A higher number cures these; what else it refuses is not asked for again in the same breath.
    boolean cured = why.code() == STALE_LEASE || why.code() == ENDED;
    return new LeaseDecision(moved.events(), moved.soft(), cured);
  }

  /** What the time comes to. */
  public static LeaseDecision look(LeaseState state, LeaseSoft soft, Instant now) {
    if (!state.isLive()) {
      return close(state, soft, now);
    }
    return LeaseTimeDecider.over(state, soft, now)
        .map(over -> end(state, soft, over.cause(), over.reason(), now))
        .orElseGet(() -> LeaseDecision.remember(soft));
  }

  private static LeaseDecision close(LeaseState state, LeaseSoft soft, Instant now) {
    if (state.end().isEmpty() || state.closed()) {
      return LeaseDecision.remember(soft);
    }
    boolean all = soft.returned().containsAll(state.models());
    return all && (!state.isToRemove() || soft.removed())
        ? LeaseDecision.write(new LeaseClosed(state.id(), now), soft)
        : new LeaseDecision(List.of(), soft, all);
  }

  /** What a new grant's number must be above. */
  static long floor(LeaseState state, LeaseSoft soft) {
    return Math.max(state.token(), soft.floor());
  }
}
