package io.remuda.registry.model;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.model.Tenancy.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What becomes of what a lease has that is not heard any more: its actor is on its way to another
 * registry node, or the journal does not let it be read. It is asked again and again, and keeps
 * what it has for as long as its machine keeps it for the holder; but not for ever.
 */
final class AbandonDecider {

  private AbandonDecider() {}

  /** The step of a round. */
  static void step(Round round) {
    ask(round);
    takeBack(round);
  }

  /**
   * A late word, of an earlier life of its actor, may have got a lease an instance when it was over
   * already, or brought its deployment once more; and one that is closed says nothing by itself.
   */
  private static void ask(Round round) {
    for (LeaseId lease : round.soft().claims().silent().keySet()) {
      if (round.soft().claims().isToAsk(lease, round.now(), round.policy().resendAfter())) {
        asked(round, lease).ifPresent(round::order);
      }
    }
  }

  private static Optional<Action> asked(Round round, LeaseId lease) {
    Optional<Tenant> tenant = round.state().tenancy().of(lease);
    boolean moot =
        tenant.filter(has -> !round.state().instances().containsKey(has.instance())).isPresent();
    if (moot) {
      return Optional.empty();
    }
    round.remember(round.soft().with(round.soft().claims().askedAt(lease, round.now())));
    return Optional.of(new Action.AskLease(lease, tenant.map(Tenant::number).orElse(0L)));
  }

  /** Those that are to be heard: who has an instance, and who has brought the deployment. */
  static Set<LeaseId> involved(ModelState state) {
    Set<LeaseId> leases = new TreeSet<>(state.tenancy().tenants().keySet());
    state.live().flatMap(Declaration::lease).ifPresent(leases::add);
    return leases;
  }

  /** What silent leases have is let go of at its machine, as if they had ended. */
  private static void takeBack(Round round) {
    for (LeaseId lease : round.soft().claims().silent().keySet()) {
      Optional<Tenant> tenant = round.state().tenancy().of(lease);
      if (tenant.isEmpty()) {
        continue;
      }
      Instance instance = round.state().instances().get(tenant.get().instance());
      if (instance != null
          && isOver(round.sight(), lease, instance)
          && round.sight().due(instance.id())) {
        round.remember(round.soft().sent(instance.id(), round.now()));
        round.order(
            new Action.Release(
                instance.machine(), instance.id(), new LeaseToken(lease, tenant.get().number())));
      }
    }
  }

  private static boolean isOver(Sight sight, LeaseId lease, Instance instance) {
    Duration after = sight.policy().lease().abandonedAfter();
    return since(sight, lease)
        .filter(at -> at.plus(after).isBefore(sight.now()) || isLetGo(sight, instance))
        .isPresent();
  }

  /**
   * Whether its machine keeps it for nobody any more, since nobody has told it to for a whole time
   * to live. Under the same number it never does again, whoever says so.
   */
  private static boolean isLetGo(Sight sight, Instance instance) {
    return sight.ready(instance)
        && sight.report(instance).filter(said -> said.lease().isEmpty()).isPresent();
  }

  /** Why what {@code lease} had is taken back; empty where it may have said that it is over. */
  static Optional<String> reason(Sight sight, LeaseId lease) {
    return since(sight, lease)
        .map(
            at ->
                "the lease has ended or cannot be read: it has not claimed it since "
                    + at.truncatedTo(SECONDS));
  }

  /** That a lease which has {@code instance} is not heard, and what becomes of it. */
  static Optional<String> said(Sight sight, Instance instance) {
    return sight.state().tenancy().tenants().entrySet().stream()
        .filter(each -> each.getValue().instance().equals(instance.id()))
        .map(Map.Entry::getKey)
        .flatMap(lease -> since(sight, lease).map(at -> said(sight, lease, at)).stream())
        .findFirst();
  }

  private static String said(Sight sight, LeaseId lease, Instant since) {
    return ("lease %s has it and has not claimed it since %s, as one that cannot be read; it is"
            + " taken back when its machine lets go of it, at the latest at %s")
        .formatted(
            lease,
            since.truncatedTo(SECONDS),
            since.plus(sight.policy().lease().abandonedAfter()).truncatedTo(SECONDS));
  }

  /** Since when it is silent; empty where it may be heard in a moment, or lets go just now. */
  private static Optional<Instant> since(Sight sight, LeaseId lease) {
    return Optional.ofNullable(sight.soft().claims().silent().get(lease))
        .filter(at -> at.plus(sight.policy().lease().claimLimit()).isBefore(sight.now()));
  }
}
