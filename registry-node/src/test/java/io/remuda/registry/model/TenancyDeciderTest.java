package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.apply;
import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which lease gets which instance, and when it goes on to the next. */
class TenancyDeciderTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");

  @Test
  void aReadyInstanceIsLeasedAtOnceUnderANumberThatNoneHadBefore() {
    World world = World.aReady();

    Plan plan = claims(world, claim(A));

    assertThat(plan.events())
        .singleElement()
        .isEqualTo(new InstanceLeased(world.only(), A, numberAfter(world, 1), world.now));
    assertThat(reply(world, A))
        .hasValue(
            new ClaimReply.Granted(
                world.state.name(), A, world.only(), new MachineId("m1"), numberAfter(world, 1)));
  }

  @Test
  void theSameClaimAgainWritesNothingAndIsAnsweredWithTheSame() {
    World world = World.aReady();
    claims(world, claim(A));
    var first = reply(world, A);

    assertThat(claims(world, claim(A)).events()).isEmpty();
    assertThat(reply(world, A)).isEqualTo(first);
  }

  @Test
  void whoAskedLaterWaitsAndIsToldItsPlaceAndWhy() {
    World world = World.aReady();
    claims(world, claim(A));
    claims(world, claim(B));

    var reply = (ClaimReply.Queued) reply(world, B).orElseThrow();

    assertThat(reply.position()).isEqualTo(1);
    assertThat(reply.reason()).contains("one more instance has no place yet");
  }

  @Test
  void anInstanceGoesToTheNextOneInTheCommitThatReturnsIt() {
    World world = World.aReady();
    claims(world, claim(A));
    claims(world, claim(B));

    Plan asked = TenancyDecider.unclaim(world.sight(), A, 77);
    apply(world, asked);
    Plan done = released(world, 77, 77, Optional.empty());

    assertThat(asked.actions())
        .containsExactly(
            new Action.Release(new MachineId("m1"), world.only(), new LeaseToken(A, 77)));
    assertThat(asked.events()).isEmpty();
    assertThat(done.events())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("InstanceReturned", "InstanceLeased");
    assertThat(((InstanceLeased) done.events().get(1)).number()).isGreaterThan(77);
    assertThat(reply(world, A)).isEmpty();
  }

  @Test
  void whatIsGivenBackForATimeIsWhatWasGrantedBefore() {
    World world = World.aReady();
    claims(world, claim(A));
    long number = world.state.tenancy().of(A).orElseThrow().number();

    Plan overtaken = TenancyDecider.giveBack(world.sight(), A, number - 1);
    Plan back = TenancyDecider.giveBack(world.sight(), A, number);

    assertThat(overtaken.actions()).isEmpty();
    assertThat(back.actions())
        .containsExactly(
            new Action.Release(new MachineId("m1"), world.only(), new LeaseToken(A, number)));
  }

  @Test
  void whoAskedFirstIsServedFirstWhoeverWasHeardFirst() {
    World world = World.aDescribed(1);
    world.look();
    claims(world, claim(A, 0, Optional.empty(), Optional.empty(), Instant.ofEpochMilli(9)));
    claims(world, claim(B, 0, Optional.empty(), Optional.empty(), Instant.ofEpochMilli(8)));

    world.runsAll("m1", Phase.READY);
    world.look();

    assertThat(world.state.tenancy().of(B)).isPresent();
    assertThat(world.state.tenancy().of(A)).isEmpty();
  }

  @Test
  void whatItsMachineWasToldCountsForLaterNumbersToo() {
    World world = World.aReady();
    claims(world, claim(A));
    apply(world, TenancyDecider.unclaim(world.sight(), A, 5));
    released(world, 5, 900, Optional.empty());

    Plan next = claims(world, claim(B));

    assertThat(((InstanceLeased) next.events().get(0)).number()).isEqualTo(901);
  }

  @Test
  void aReleaseThatWasRefusedOrNotAnsweredReturnsNothing() {
    World world = World.aReady();
    claims(world, claim(A));

    Plan refused =
        released(world, 5, 5, Optional.of(Refused.of(ErrorCode.SHUTTING_DOWN, "it is going down")));
    Plan silent =
        TenancyDecider.released(
            world.sight(),
            new TenancyMessage.ReleaseAnswered(
                world.only(), new LeaseToken(A, 99), Optional.empty()));

    assertThat(refused.events()).isEmpty();
    assertThat(silent.events()).isEmpty();
  }

  @Test
  void aLateReleaseOfAnEarlierGrantDoesNotTakeTheLaterOneAway() {
    World world = World.aReady();
    claims(world, claim(A));
    long first = world.state.tenancy().of(A).orElseThrow().number();
    claims(world, claim(A, first));
    long second = world.state.tenancy().of(A).orElseThrow().number();

    Plan late = released(world, first, second, Optional.empty());

    assertThat(second).isGreaterThan(first);
    assertThat(late.events()).isEmpty();
    assertThat(world.state.tenancy().of(A)).isPresent();
  }

  @Test
  void anInstanceThatGoesOrIsLostIsNobodysWithoutAWord() {
    World stopped = World.aReady();
    claims(stopped, claim(A));
    stopped.on(new InstanceEvent.InstanceStopping(stopped.only(), "drained", stopped.now));

    World lost = World.aReady();
    claims(lost, claim(A));
    lost.on(
        new InstanceEvent.InstanceLost(
            lost.only(), new MachineId("m1"), "not heard", Optional.empty(), lost.now));

    assertThat(stopped.state.tenancy().tenants()).isEmpty();
    assertThat(lost.state.tenancy().tenants()).isEmpty();
    assertThat(lost.state.tenancy().highest()).isPositive();
    assertThat(reply(lost, A).orElseThrow()).isInstanceOf(ClaimReply.Queued.class);
  }

  @Test
  void aLeaseWhoseMachineIsLostGetsAnotherInstanceUnderAHigherNumber() {
    World world = aWorldOfTwo();
    claims(world, claim(A));
    Tenancy.Tenant before = world.state.tenancy().of(A).orElseThrow();
    world.on(
        new InstanceEvent.InstanceLost(
            before.instance(), new MachineId("m1"), "not heard", Optional.empty(), world.now));

    world.look();

    Tenancy.Tenant after = world.state.tenancy().of(A).orElseThrow();
    assertThat(after.instance()).isNotEqualTo(before.instance());
    assertThat(after.number()).isGreaterThan(before.number());
  }

  @Test
  void moreWaitThanMayAreRefusedAndAnUnknownModelIs() {
    World world = World.aDescribed(1);
    for (int i = 0; i < World.POLICY.lease().queue(); i++) {
      claims(world, claim(new LeaseId("w" + i)));
    }

    assertThat(TenancyDecider.objection(world.sight(), A).orElseThrow().code())
        .isEqualTo(ErrorCode.BUSY);
    assertThat(TenancyDecider.objection(world.sight(), new LeaseId("w1"))).isEmpty();
    assertThat(TenancyDecider.objection(new World().sight(), A).orElseThrow().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void aClaimThatIsNotHeardAgainWaitsNoLonger() {
    World world = World.aDescribed(1);
    claims(world, claim(A));

    world.later(World.POLICY.lease().claimLimit().plusMillis(1)).look();

    assertThat(world.soft.claims().heard()).isEmpty();
  }

  @Test
  void leasesBringMoreInstancesUpToTheBoundAndTheyGoWithThem() {
    World world = World.aReady();
    for (int i = 0; i < 7; i++) {
      claims(world, claim(new LeaseId("w" + i)));
    }
    world.look();
    int most = world.instances().size();

    for (int i = 1; i < 7; i++) {
      apply(world, TenancyDecider.unclaim(world.sight(), new LeaseId("w" + i), 0));
    }
    world.runsAll("m1", Phase.READY);
    world.look();

    assertThat(most).isEqualTo(1 + World.POLICY.lease().extra());
    assertThat(world.state.instances().values())
        .filteredOn(instance -> !instance.stopping())
        .singleElement()
        .matches(instance -> world.state.tenancy().has(instance.id()), "is the leased one");
  }

  @Test
  void aNameThatSleepsWakesForAClaimAndIsKeptAwakeByItsLease() {
    World world =
        new World()
            .declared(
                aSpec()
                    .scaling(
                        new Scaling(0, 2, Optional.of(Duration.ofSeconds(60)), 4, Optional.empty()))
                    .build())
            .described()
            .says(Reports.of("m1"));
    world.on(new ScaleEvent.Autoscaled(world.state.name(), 1, 0, "idle", 0, 0, world.now));

    claims(world, claim(A));
    world.look();
    world.says(Reports.of("m1").with(Reports.serving(world.only(), 0, Duration.ofMinutes(10))));
    world.look();
    world.later(Duration.ofSeconds(9)).look();

    assertThat(world.state.wanted()).isEqualTo(1);
    assertThat(world.state.tenancy().of(A)).isPresent();
  }

  @Test
  void behindAnOlderJournalNothingIsLeased() {
    World world = World.aReady();
    world.says(
        Reports.of("m1")
            .obeying(World.JOURNAL.value())
            .running(world.only().toString(), Phase.READY)
            .running("demo-900", Phase.READY));

    assertThat(claims(world, claim(A)).events()).isEmpty();
  }

  private static World aWorldOfTwo() {
    World world = World.aDescribed(2);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  /** What the next event but {@code events} has as its number. */
  private static long numberAfter(World world, int events) {
    return world.state.sequence() + 1 - events;
  }

  private static Plan released(World world, long number, long highest, Optional<Refused> refused) {
    return Claimants.released(world, world.only(), A, number, highest, refused);
  }

  private static Optional<ClaimReply> reply(World world, LeaseId lease) {
    return TenancyOutlook.reply(world.sight(), lease, TenancyOutlook.Waiting.of(world.sight()));
  }
}
