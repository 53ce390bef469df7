package io.remuda.registry.lease;

import io.remuda.protocol.id.ModelName;
import io.remuda.registry.lease.LeaseEvent.LeaseGranted;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.ClaimReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a lease makes of an instance that it gets, or has to wait for. It has nothing until it has
 * one of each of its models; then all are its own at once, under the highest of their numbers.
 */
final class LeaseGrantDecider {

  private LeaseGrantDecider() {}

  /** A name's owner has granted it an instance. */
  static LeaseDecision granted(
      LeaseState state, LeaseSoft soft, ClaimReply.Granted granted, Instant now) {
    ModelName model = granted.model();
    Optional<Part> has = Optional.ofNullable(state.parts().get(model));
    boolean known =
        has.map(Part::instance)
            .or(() -> Optional.ofNullable(soft.grants().get(model)).map(g -> g.instance()))
            .filter(granted.instance()::equals)
            .isPresent();
    if (soft.givingBack().contains(model)) {
      // It came when this was not its turn any more; what is given back is all up to its number.
      return new LeaseDecision(
          List.of(),
          soft.but(draft -> draft.floor = Math.max(draft.floor, granted.number())),
          granted.number() > LeaseDecider.floor(state, soft));
    }
    if (known || granted.number() <= LeaseDecider.floor(state, soft)) {
      // One under too low a number is granted anew with the next claim, which says the floor.
      return LeaseDecision.remember(soft);
    }
    LeaseSoft next =
        soft.but(
            draft -> {
              draft.grants.put(model, granted);
              draft.queued.remove(model);
              draft.avoided.remove(model);
            });
    return has.map(
            lost -> moved(state, next, model, lost, granted.instance() + " takes its place", now))
        .map(moved -> complete(state, moved, now))
        .orElseGet(() -> complete(state, new LeaseDecision(List.of(), next, true), now));
  }

  /** While it waits for one model it has nothing of those after it that others may wait for. */
  static LeaseDecision queued(
      LeaseState state, LeaseSoft soft, ClaimReply.Queued queued, Instant now) {
    ModelName model = queued.model();
    if (soft.givingBack().contains(model)) {
      return LeaseDecision.remember(soft);
    }
    Set<ModelName> later = claimedAfter(state, soft, model);
    LeaseSoft next =
        soft.but(
            draft -> {
              // What is given back is all up to the floor: also what it was just granted.
              later.stream()
                  .flatMap(each -> Optional.ofNullable(soft.grants().get(each)).stream())
                  .forEach(each -> draft.floor = Math.max(draft.floor, each.number()));
              draft.grants.keySet().removeAll(later);
              draft.queued.keySet().removeAll(later);
              draft.avoided.keySet().removeAll(later);
              draft.givingBack.addAll(later);
              draft.queued.put(model, queued);
              draft.grants.remove(model);
            });
    List<LeaseEvent> events = new ArrayList<>();
    state
        .parts()
        .forEach(
            (each, part) -> {
              if (each.equals(model)) {
                events.add(new LeaseMoved(state.id(), each, part, "the instance is gone", now));
              } else if (later.contains(each)) {
                String why = "it is given back while %s is waited for".formatted(model);
                events.add(new LeaseMoved(state.id(), each, part, why, now));
              }
            });
    return new LeaseDecision(
        events, events.isEmpty() ? next : next.moving(), !events.isEmpty() || !later.isEmpty());
  }

  private static Set<ModelName> claimedAfter(LeaseState state, LeaseSoft soft, ModelName model) {
    Set<ModelName> claimed = new TreeSet<>(state.parts().keySet());
    claimed.addAll(soft.grants().keySet());
    claimed.addAll(soft.queued().keySet());
    claimed.addAll(soft.avoided().keySet());
    claimed.removeIf(each -> each.compareTo(model) <= 0);
    return claimed;
  }

  /** It has lost {@code from}, and waits for another one. */
  static LeaseDecision moved(
      LeaseState state, LeaseSoft soft, ModelName model, Part from, String why, Instant now) {
    return LeaseDecision.write(new LeaseMoved(state.id(), model, from, why, now), soft.moving());
  }

  /** Once the last of its models is granted, all are its, under one token. */
  private static LeaseDecision complete(LeaseState state, LeaseDecision so, Instant now) {
    LeaseState then = state.on(so.events());
    Map<ModelName, Part> parts = new TreeMap<>(then.parts());
    long token = then.token();
    for (ClaimReply.Granted each : so.soft().grants().values()) {
      parts.put(each.model(), new Part(each.instance(), each.machine()));
      token = Math.max(token, each.number());
    }
    if (!parts.keySet().containsAll(state.models())) {
      return so;
    }
    List<LeaseEvent> events = new ArrayList<>(so.events());
    events.add(new LeaseGranted(state.id(), token, parts, now));
    return new LeaseDecision(events, so.soft().moving().but(draft -> draft.grants.clear()), true);
  }
}
