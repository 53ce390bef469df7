package io.remuda.registry.model;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.Tenancy.Tenant;
import java.util.List;
import java.util.Optional;

/** What a name's leases are told: what each has, or why and for how long it waits. */
final class TenancyOutlook {

  private TenancyOutlook() {}

  /**
   * What is the same for all leases that wait for the name: a look at the whole fleet, taken once.
   *
   * @param line their claims, in their order
   * @param vain why they wait in vain; empty while they may hope
   * @param reason why they wait
   */
  record Waiting(List<Claim> line, Optional<Refused> vain, String reason) {

    Waiting {
      line = List.copyOf(line);
    }

    static Waiting of(Sight sight) {
      List<Claim> line = sight.soft().claims().waiting(sight.state().tenancy());
      return line.isEmpty()
          ? new Waiting(line, Optional.empty(), "")
          : new Waiting(line, HopelessPolicy.of(sight), WaitPolicy.reason(sight));
    }
  }

  /**
   * What a lease is to be told now; nothing when it neither has nor wants anything.
   *
   * @param wait what is the same for all that wait
   */
  static Optional<ClaimReply> reply(Sight sight, LeaseId lease, Waiting wait) {
    ModelState state = sight.state();
    Optional<Claim> claim = Optional.ofNullable(sight.soft().claims().heard().get(lease));
    if (claim.isEmpty()) {
      return Optional.empty();
    }
    if (state.live().isEmpty()) {
      return Optional.of(new ClaimReply.Rejected(state.name(), lease, ModelDecider.unknown(state)));
    }
    Optional<ClaimReply.Granted> met =
        claim.filter(said -> said.isMet(state.tenancy())).flatMap(said -> granted(sight, lease));
    if (met.isPresent()) {
      return Optional.of(met.get());
    }
    // One that had an instance waits for its machine, which may only be away.
    if (claim.get().floor() == 0 && wait.vain().isPresent()) {
      return Optional.of(new ClaimReply.Rejected(state.name(), lease, wait.vain().get()));
    }
    int position = wait.line().indexOf(claim.get()) + 1;
    return Optional.of(
        new ClaimReply.Queued(
            state.name(),
            lease,
            position,
            WaitPolicy.estimate(sight, wait.line().subList(0, position)),
            wait.reason()));
  }

  /** What a lease that gives back all up to {@code number} has nevertheless. */
  static Optional<ClaimReply.Granted> kept(Sight sight, LeaseId lease, long number) {
    return granted(sight, lease).filter(has -> has.number() > number);
  }

  private static Optional<ClaimReply.Granted> granted(Sight sight, LeaseId lease) {
    ModelState state = sight.state();
    Optional<Tenant> has = state.tenancy().of(lease);
    return has.map(Tenant::instance)
        .map(state.instances()::get)
        .map(
            instance ->
                new ClaimReply.Granted(
                    state.name(),
                    lease,
                    instance.id(),
                    instance.machine(),
                    has.orElseThrow().number()));
  }
}
