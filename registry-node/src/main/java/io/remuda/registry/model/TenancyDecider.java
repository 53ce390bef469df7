package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.Tenancy.Tenant;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.model.TenancyEvent.InstanceReturned;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which lease gets which instance of a name.
 *
 * <p>Guarantees: an instance has one lease at most, or shares of several that together are no more
 * than its slots; it goes to the next one only when the one before has let go of it, or it is gone;
 * who asked first is served first, and no share overtakes; a grant's number is higher than all that
 * any instance of the name was told under a lease that is over.
 */
public final class TenancyDecider {

  private TenancyDecider() {}

  /** Why a claim of a whole instance cannot even wait. */
  static Optional<Refused> objection(Sight sight, LeaseId lease) {
    return objection(sight, lease, 0);
  }

  /** Why a claim of {@code slots} cannot even wait; 0 for a whole instance. */
  static Optional<Refused> objection(Sight sight, LeaseId lease, int slots) {
    ModelState state = sight.state();
    if (state.live().isEmpty()) {
      return Optional.of(ModelDecider.unknown(state));
    }
    OptionalInt has = ShareRoom.mostSlots(sight);
    boolean waits = state.tenancy().of(lease).isEmpty();
    if (waits && has.isPresent() && slots > has.getAsInt()) {
      return Optional.of(
          Refused.of(
              ErrorCode.INVALID_REQUEST,
              "a share of %d slots is more than an instance of %s has, which is %d; ask for fewer"
                  .formatted(slots, state.name(), has.getAsInt())));
    }
    Claims claims = sight.soft().claims();
    int most = sight.policy().lease().queue();
    return !claims.heard().containsKey(lease)
            && state.tenancy().of(lease).isEmpty()
            && claims.waiting(state.tenancy()).size() >= most
        ? Optional.of(
            Refused.of(
                ErrorCode.BUSY,
                "%d leases wait for %s already; try again when some have ended"
                    .formatted(most, state.name())))
        : Optional.empty();
  }

  /** What a claim without an objection comes to. */
  static Plan claim(Sight sight, Claim claim) {
    Sight heard = sight.with(sight.state(), sight.soft().with(sight.soft().claims().with(claim)));
    Round round = new Round(heard);
    // For a name that sleeps a lease is one that waits like any request.
    Plan awake = ScaleDecider.wanted(heard, 1);
    round.remember(awake.soft());
    awake.events().forEach(round::emit);
    grant(round);
    return round.plan();
  }

  /**
   * The step of a round: who waits gets what is free. A lease whose grant does not do is given
   * another one in its place.
   */
  static void grant(Round round) {
    if (round.older()) {
      return;
    }
    LeaseLimits limits = round.policy().lease();
    Set<LeaseId> involved = AbandonDecider.involved(round.state());
    round.remember(
        round.soft().with(round.soft().claims().since(round.now(), limits.claimLimit(), involved)));
    AbandonDecider.step(round);
    List<Claim> waiting = round.soft().claims().waiting(round.state().tenancy());
    // All of them first: what one has in vain may be what another one has waited for.
    waiting.forEach(claim -> returnUseless(round, claim));
    boolean waits = false;
    for (Claim claim : waiting) {
      if (waits && claim.isShare()) {
        // Small shares, one after the other, would keep a whole instance from who asked before.
        continue;
      }
      Optional<Instance> chosen = TenancyPolicy.choose(round.sight(), claim);
      chosen.ifPresent(instance -> lease(round, claim, instance));
      waits |= chosen.isEmpty();
    }
  }

  private static void returnUseless(Round round, Claim claim) {
    round
        .state()
        .tenancy()
        .of(claim.lease())
        .ifPresent(
            tenant ->
                round.emit(
                    new InstanceReturned(
                        tenant.instance(),
                        claim.lease(),
                        Math.max(tenant.number(), claim.floor()),
                        "it is granted anew",
                        round.now())));
  }

  private static void lease(Round round, Claim claim, Instance instance) {
    ModelState state = round.state();
    long number =
        1 + Math.max(Math.max(state.sequence(), state.tenancy().highest()), claim.floor());
    round.emit(
        new InstanceLeased(instance.id(), claim.lease(), number, round.now(), claim.slots()));
    claim
        .session()
        .ifPresent(
            session ->
                round.remember(
                    round
                        .soft()
                        .with(
                            round
                                .soft()
                                .claims()
                                .had(session, instance.id(), round.policy().lease().sessions()))));
  }

  /** A lease wants nothing any more: what it has is let go of at its machine first. */
  static Plan unclaim(Sight sight, LeaseId lease, long number) {
    SoftState soft = sight.soft().with(sight.soft().claims().without(lease));
    Optional<Tenant> tenant = sight.state().tenancy().of(lease);
    Optional<Instance> instance = tenant.map(Tenant::instance).map(sight.state().instances()::get);
    return new Plan(
        List.of(),
        instance
            .<Action>map(
                has ->
                    new Action.Release(
                        has.machine(),
                        has.id(),
                        new LeaseToken(lease, Math.max(number, tenant.orElseThrow().number()))))
            .stream()
            .toList(),
        soft);
  }

  /**
   * A lease wants nothing for now, while it waits for another name. What it was granted since it
   * said so is its own.
   */
  static Plan giveBack(Sight sight, LeaseId lease, long number) {
    return sight.state().tenancy().of(lease).filter(has -> has.number() > number).isPresent()
        ? Plan.remember(sight.soft())
        : unclaim(sight, lease, number);
  }

  /** The machine has let go: the next one that waits gets the instance in the same commit. */
  public static Plan released(Sight sight, TenancyMessage.ReleaseAnswered answer) {
    LeaseId lease = answer.token().lease();
    boolean done = answer.reply().filter(said -> said.refused().isEmpty()).isPresent();
    boolean has =
        sight
            .state()
            .tenancy()
            .of(lease)
            .filter(
                tenant ->
                    tenant.instance().equals(answer.id())
                        && tenant.number() <= answer.token().number())
            .isPresent();
    if (!done || !has) {
      return Plan.remember(sight.soft());
    }
    Round round = new Round(sight);
    round.emit(
        new InstanceReturned(
            answer.id(),
            lease,
            Math.max(
                answer.token().number(),
                answer.reply().map(NodeProtocol.HoldReply::highest).orElse(0L)),
            AbandonDecider.reason(sight, lease).orElse("the lease has ended"),
            round.now()));
    grant(round);
    return round.plan();
  }

  private static List<Claim> claims(Sight sight) {
    return sight.soft().claims().waiting(sight.state().tenancy());
  }

  /** Whether a lease has an instance of the name or waits for one. */
  static boolean isAsked(Sight sight) {
    return !sight.state().tenancy().tenants().isEmpty() || !claims(sight).isEmpty();
  }

  /** Whether a lease waits for more instances than there are, or are on their way. */
  static boolean isShort(Sight sight) {
    Tenancy tenancy = sight.state().tenancy();
    long free = sight.counted().stream().filter(instance -> !tenancy.has(instance.id())).count();
    return ShareRoom.more(sight, claims(sight), false) > free;
  }

  /**
   * How many instances are to run: as many as the name wants, or as leases ask for, or have left to
   * the next one.
   */
  static int wanted(Sight sight) {
    return within(sight, Math.max(leasedAndClaimed(sight), LingerDecider.kept(sight)));
  }

  /** How many of them somebody asks for now: the name, or a lease. */
  static int asked(Sight sight) {
    return within(sight, leasedAndClaimed(sight));
  }

  private static int leasedAndClaimed(Sight sight) {
    Tenancy tenancy = sight.state().tenancy();
    List<Claim> waiting =
        claims(sight).stream().filter(claim -> tenancy.of(claim.lease()).isEmpty()).toList();
    return tenancy.instances().size() + ShareRoom.more(sight, waiting, true);
  }

  /** What leases want, as far as they may; never less than the name wants by itself. */
  private static int within(Sight sight, int leases) {
    ModelState state = sight.state();
    int said = state.wanted();
    if (said == 0 || state.isSelfRegistered()) {
      return said;
    }
    int most =
        state.scaling().map(bounds -> bounds.max()).orElse(said + sight.policy().lease().extra());
    return Math.max(said, Math.min(leases, most));
  }
}
