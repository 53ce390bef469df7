package io.remuda.registry.lease;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.lease.LeaseState.End;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.ClaimReply.Queued;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Where a lease stands, for its holder and for operators. */
public final class LeaseOutlook {

  private LeaseOutlook() {}

  /** What is answered to whoever looks at it. */
  public static Reply reply(LeaseState state, LeaseSoft soft) {
    if (state.wish().isEmpty()) {
      return Reply.refused(
          Refused.of(
              ErrorCode.NOT_FOUND,
              "there is no lease %s; ask for one with POST /v1/leases".formatted(state.id())));
    }
    LeaseView view = view(state, state.wish().get(), soft);
    return state
        .end()
        .map(
            over ->
                Reply.ended(
                    view,
                    Refused.of(
                        ErrorCode.ENDED,
                        "lease %s has ended: %s; ask for another one"
                            .formatted(state.id(), over.reason()))))
        .orElseGet(() -> Reply.of(view));
  }

  /** Its view alone, also of one that has ended, for whoever has just ended it. */
  public static Reply afterEnd(LeaseState state, LeaseSoft soft) {
    return Reply.of(view(state, state.wish().orElseThrow(), soft));
  }

  private static LeaseView view(LeaseState state, Wish wish, LeaseSoft soft) {
    LeaseView.State stands =
        state.end().isPresent()
            ? LeaseView.State.ENDED
            : soft.isReady() ? LeaseView.State.READY : LeaseView.State.PENDING;
    return new LeaseView(
        state.id(),
        wish.owner(),
        stands,
        state.models().stream()
            .map(
                model ->
                    new LeaseView.Part(
                        model, Optional.ofNullable(state.parts().get(model)).map(Part::instance)))
            .toList(),
        wish.exclusive(),
        wish.session(),
        LeaseTimeDecider.ttl(state),
        state.token() > 0 ? OptionalLong.of(state.token()) : OptionalLong.empty(),
        state.isLive() ? position(soft) : OptionalInt.empty(),
        state.isLive() ? estimate(state, soft) : Optional.empty(),
        state.askedAt(),
        soft.deadline(),
        state.end().map(End::reason).or(() -> waitsFor(state, soft)),
        wish.slots(),
        state.end().flatMap(End::code));
  }

  private static OptionalInt position(LeaseSoft soft) {
    return soft.queued().values().stream().mapToInt(Queued::position).max();
  }

  /**
   * Nothing while it waits for one model and has not come to others yet, whose wait comes after.
   */
  private static Optional<Duration> estimate(LeaseState state, LeaseSoft soft) {
    boolean all = soft.queued().values().stream().allMatch(each -> each.estimate().isPresent());
    return all && soft.queued().keySet().containsAll(missing(state, soft))
        ? soft.queued().values().stream()
            .flatMap(each -> each.estimate().stream())
            .max(Duration::compareTo)
        : Optional.empty();
  }

  private static Set<ModelName> missing(LeaseState state, LeaseSoft soft) {
    Set<ModelName> missing = state.models();
    missing.removeAll(state.parts().keySet());
    missing.removeAll(soft.grants().keySet());
    return missing;
  }

  /** Why it waits; empty where it does not. */
  static Optional<String> waitsFor(LeaseState state, LeaseSoft soft) {
    if (soft.isReady()) {
      return Optional.empty();
    }
    if (state.isGranted()) {
      return Optional.of("its instances finish what they do for others");
    }
    String queues =
        soft.queued().values().stream()
            .map(queued -> queued.model() + ": " + queued.reason())
            .collect(Collectors.joining("; "));
    return Optional.of(queues.isEmpty() ? "it asks for its models" : queues);
  }
}
