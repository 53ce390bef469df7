package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.apply;
import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.RolloutWish.Strategy;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.testing.Reports;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which of the free instances a lease gets. */
class TenancyPolicyTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");

  @Test
  void anInstanceThatRefusedTheLeaseIsTakenLast() {
    World world = aWorldOfTwo();
    InstanceId first = world.instances().get(0);

    claims(world, claim(A, 0, Optional.of(first), Optional.empty(), Instant.EPOCH));

    assertThat(world.state.tenancy().of(A).orElseThrow().instance())
        .isEqualTo(world.instances().get(1));
  }

  @Test
  void oneThatRefusedSinceItWorksIsLeftAloneAndAnotherOneComes() {
    World world = World.aReady();
    InstanceId only = world.only();
    world.says(Reports.of("m1").with(Reports.busy(Reports.instance(only, Phase.READY, 1), 3)));

    claims(world, claim(A, 0, Optional.of(only), Optional.empty(), Instant.EPOCH));
    world.look();

    assertThat(world.state.tenancy().of(A)).isEmpty();
    assertThat(world.instances()).hasSize(2);
    world.says(Reports.of("m1").with(Reports.instance(only, Phase.READY, 1)));
    world.look();
    assertThat(world.state.tenancy().of(A).map(Tenancy.Tenant::instance))
        .as("it works on nothing by now")
        .hasValue(only);
  }

  @Test
  void aSessionGetsTheInstanceThatItHadBefore() {
    World world = aWorldOfTwo();
    InstanceId second = world.instances().get(1);
    claims(
        world,
        claim(
            A, 0, Optional.of(world.instances().get(0)), Optional.of("me/thread"), Instant.EPOCH));
    apply(world, TenancyDecider.unclaim(world.sight(), A, 50));
    Claimants.released(world, second, A, 50, 50, Optional.empty());

    claims(world, claim(B, 0, Optional.empty(), Optional.of("me/thread"), Instant.EPOCH));

    assertThat(world.state.tenancy().of(B).orElseThrow().instance()).isEqualTo(second);
  }

  @Test
  void anIdleInstanceIsTakenBeforeOneThatWorks() {
    World world = aWorldOfTwo();
    InstanceId second = world.instances().get(1);
    Reports busy = Reports.of("m1");
    for (InstanceId id : world.instances()) {
      InstanceReport ready = Reports.instance(id, Phase.READY, 1);
      busy.with(id.equals(second) ? ready : Reports.busy(ready, 3));
    }
    world.says(busy);

    claims(world, claim(A));

    assertThat(world.state.tenancy().of(A).orElseThrow().instance()).isEqualTo(second);
  }

  @Test
  void besideACanaryALeaseGetsWhatItMayReplaceAndTheCanaryForWantOfThat() {
    World world = World.aReady();
    InstanceId old = world.only();
    RolloutWish canary = new RolloutWish(Strategy.AUTO, 1, Optional.empty(), OptionalInt.of(20));
    world
        .on(
            new RolloutBegun(
                aSpec()
                    .needingMemory(100)
                    .build()
                    .withPolicies(new Policies(Optional.empty(), canary)),
                world.now))
        .described()
        .look();
    world.runsAll("m1", Phase.READY).look();
    InstanceId next = world.instances().get(1);

    claims(world, claim(A));
    claims(world, claim(B));

    assertThat(world.state.tenancy().of(A).orElseThrow().instance()).isEqualTo(old);
    assertThat(world.state.tenancy().of(B).orElseThrow().instance()).isEqualTo(next);
    assertThat(world.state.rollout()).isPresent();
  }

  private static World aWorldOfTwo() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }
}
