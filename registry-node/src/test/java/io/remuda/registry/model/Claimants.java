package io.remuda.registry.model;

import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.model.Claims.Claim;
import java.time.Instant;
import java.util.Optional;

/** Leases that claim instances of a name and let go of them, as tests of its owner say it. */
final class Claimants {

  private Claimants() {}

  /** A claim of a whole instance. */
  static Claim claim(LeaseId lease) {
    return claim(lease, 0);
  }

  static Claim claim(LeaseId lease, long floor) {
    return claim(lease, floor, Optional.empty(), Optional.empty(), Instant.EPOCH);
  }

  static Claim claim(
      LeaseId lease,
      long floor,
      Optional<InstanceId> avoided,
      Optional<String> session,
      Instant askedAt) {
    return new Claim(lease, floor, Optional.empty(), avoided, session, askedAt, Instant.EPOCH);
  }

  static Claim share(LeaseId lease, int slots) {
    return new Claim(
        lease,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Instant.EPOCH,
        slots);
  }

  /** The claim is heard now. */
  static Plan claims(World world, Claim claim) {
    return apply(
        world,
        TenancyDecider.claim(
            world.sight(),
            new Claim(
                claim.lease(),
                claim.floor(),
                claim.holding(),
                claim.avoided(),
                claim.session(),
                claim.askedAt(),
                world.now,
                claim.slots())));
  }

  /** The lease is over, and its machine has let go of what it had. */
  static Plan ends(World world, LeaseId lease) {
    Tenancy.Tenant has = world.state.tenancy().of(lease).orElseThrow();
    apply(world, TenancyDecider.unclaim(world.sight(), lease, has.number()));
    return released(world, has.instance(), lease, has.number(), has.number(), Optional.empty());
  }

  static Plan released(
      World world,
      InstanceId id,
      LeaseId lease,
      long number,
      long highest,
      Optional<Refused> refused) {
    LeaseToken token = new LeaseToken(lease, number);
    return apply(
        world,
        TenancyDecider.released(
            world.sight(),
            new TenancyMessage.ReleaseAnswered(
                id,
                token,
                Optional.of(
                    new NodeProtocol.HoldReply(
                        id, token, new MachineId("m1"), highest, refused)))));
  }

  static Plan apply(World world, Plan plan) {
    world.soft = plan.soft();
    world.state = world.state.on(plan.events());
    return plan;
  }
}
