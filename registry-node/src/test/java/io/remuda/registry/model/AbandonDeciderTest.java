package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.Claims.Claim;
import io.remuda.registry.model.DeploymentEvent.DeploymentBrought;
import io.remuda.registry.model.TenancyEvent.InstanceReturned;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of an instance whose lease says nothing any more. */
class AbandonDeciderTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");
  private static final Duration CLAIM_LIMIT = World.POLICY.lease().claimLimit();
  private static final Duration MOMENT = Duration.ofMillis(1);

  @Test
  void aSilentLeaseIsAskedWhetherItWantsWhatItHasUntilItIsHeard() {
    World world = World.aReady();
    claims(world, claim(A));
    long number = world.state.tenancy().of(A).orElseThrow().number();
    Action question = new Action.AskLease(A, number);
    world.later(World.POLICY.lease().claimLimit().plusMillis(1));
    assertThat(world.look().actions()).as("it may be heard in a moment").doesNotContain(question);
    world.later(World.POLICY.resendAfter().plusMillis(1));

    assertThat(world.look().actions()).contains(question);
    assertThat(world.look().actions()).as("not with each look").doesNotContain(question);
    world.later(World.POLICY.resendAfter().plusMillis(1));
    assertThat(world.look().actions()).as("it may have been lost").contains(question);

    claims(
        world,
        new Claim(
            A,
            number,
            Optional.of(world.only()),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            world.now));
    world.later(World.POLICY.resendAfter().plusMillis(1));
    assertThat(world.look().actions()).doesNotContain(question);
  }

  @Test
  void aSilentLeaseThatBroughtTheDeploymentIsAskedWhetherItIsOver() {
    World world =
        new World().on(new DeploymentBrought(aSpec().build(), A, Instant.ofEpochMilli(999_000)));
    Action question = new Action.AskLease(A, 0);
    assertThat(world.look().actions()).doesNotContain(question);
    world.later(CLAIM_LIMIT.plus(World.POLICY.resendAfter()).plus(MOMENT));

    assertThat(world.look().actions()).contains(question);
    assertThat(world.look().actions()).as("not with each look").doesNotContain(question);
    world.later(World.POLICY.resendAfter().plus(MOMENT));
    assertThat(world.look().actions()).as("it may have been lost").contains(question);

    claims(world, claim(A));
    world.later(World.POLICY.resendAfter().plus(MOMENT));
    assertThat(world.look().actions()).doesNotContain(question);
  }

  @Test
  void aSilentLeaseThatBroughtTheDeploymentHasNothingElseTakenBack() {
    World world =
        new World().on(new DeploymentBrought(aSpec().build(), A, Instant.ofEpochMilli(999_000)));
    world.look();
    Plan plan = world.later(World.POLICY.lease().abandonedAfter().multipliedBy(2)).look();

    assertThat(plan.actions()).noneMatch(World.is(Action.Release.class));
    assertThat(plan.events()).noneMatch(World.is(InstanceReturned.class));
  }

  @Test
  void whatASilentLeaseHasIsTakenBackAfterAWhile() {
    World world = World.aReady();
    claims(world, claim(A));
    world.keepsAll("m1").later(World.POLICY.lease().claimLimit().plusMillis(1)).look();
    Plan early = world.later(World.POLICY.lease().abandonedAfter()).look();

    Plan late = world.later(Duration.ofMillis(1)).look();

    assertThat(early.actions()).noneMatch(Action.Release.class::isInstance);
    assertThat(late.actions())
        .filteredOn(Action.Release.class::isInstance)
        .singleElement()
        .isEqualTo(
            new Action.Release(
                new MachineId("m1"),
                world.only(),
                new LeaseToken(A, world.state.tenancy().of(A).orElseThrow().number())));
  }

  @Test
  void whatItsMachineKeepsForNobodyIsTakenBackSooner() {
    World world = silent();

    Plan early = world.later(CLAIM_LIMIT).look();
    Plan kept = world.keepsAll("m1").later(MOMENT).look();
    Plan letGo = world.runsAll("m1", Phase.READY).look();

    assertThat(early.actions()).as("it may be heard yet").noneMatch(World.is(Action.Release.class));
    assertThat(kept.actions())
        .as("its holder may use it")
        .noneMatch(World.is(Action.Release.class));
    assertThat(letGo.actions()).filteredOn(World.is(Action.Release.class)).hasSize(1);
  }

  @Test
  void whatAMachineThatIsNotHeardKeepsForNobodyStays() {
    World world = silent();

    Plan plan = world.later(CLAIM_LIMIT.plus(MOMENT)).silent("m1", Duration.ofSeconds(5)).look();

    assertThat(plan.actions()).noneMatch(World.is(Action.Release.class));
  }

  @Test
  void itIsSaidOfTheInstanceAndToWhoeverWaitsForIt() {
    World world = silent();
    claims(world, claim(B));
    assertThat(AbandonDecider.said(world.sight(), instance(world))).as("a moment").isEmpty();

    world.keepsAll("m1").later(CLAIM_LIMIT.plus(MOMENT));

    String said =
        "lease a has it and has not claimed it since 1970-01-01T00:16:50Z, as one that cannot be"
            + " read; it is taken back when its machine lets go of it, at the latest at"
            + " 1970-01-01T00:18:50Z";
    assertThat(world.sight().view(instance(world)).reason()).hasValue(said);
    assertThat(AbandonDecider.reason(world.sight(), A).orElseThrow())
        .contains("cannot be read")
        .contains("1970-01-01T00:16:50Z");
  }

  @Test
  void theEventOfItsReturnSaysWhy() {
    World world = silent();
    world.later(CLAIM_LIMIT.plus(MOMENT)).look();
    long number = world.state.tenancy().of(A).orElseThrow().number();

    Plan plan = Claimants.released(world, world.only(), A, number, number, Optional.empty());

    assertThat(plan.events())
        .filteredOn(World.is(InstanceReturned.class))
        .singleElement()
        .extracting(event -> ((InstanceReturned) event).reason())
        .asString()
        .contains("cannot be read");
  }

  /** Its word may be on its way to the new owner for as long as any other. */
  @Test
  void aNewOwnerOfTheNameTakesNothingBackBeforeTwiceTheLimit() {
    World world = World.aReady();
    claims(world, claim(A));
    world.keepsAll("m1").soft = SoftState.EMPTY;
    world.look();

    Plan early = world.runsAll("m1", Phase.READY).later(CLAIM_LIMIT.multipliedBy(2)).look();
    Plan late = world.runsAll("m1", Phase.READY).later(MOMENT).look();

    assertThat(early.actions()).noneMatch(World.is(Action.Release.class));
    assertThat(AbandonDecider.reason(world.sight(), A)).isPresent();
    assertThat(late.actions()).filteredOn(World.is(Action.Release.class)).hasSize(1);
  }

  /** A lease has the only instance, and has just not been heard for too long. */
  private static World silent() {
    World world = World.aReady();
    claims(world, claim(A));
    world.later(CLAIM_LIMIT.plus(MOMENT)).look();
    return world;
  }

  private static Instance instance(World world) {
    return Optional.ofNullable(world.state.instances().get(world.only())).orElseThrow();
  }
}
