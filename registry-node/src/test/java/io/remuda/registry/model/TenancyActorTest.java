package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.model.TenancyMessage.Claim;
import io.remuda.registry.model.TenancyMessage.Unclaim;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.MovedClock;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases at the owner of a name: what is told when, and what a restart between leaves. */
class TenancyActorTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.registry.reconcile-interval = 1h
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("tenancy-actor", CONFIG);
  private static final ModelName DEMO = new ModelName("demo");
  private static final MachineId M1 = new MachineId("m1");
  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");

  private final Fleet fleet = new Fleet();
  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final TestProbe<FleetProtocol.Command> view =
      KIT.createTestProbe(FleetProtocol.Command.class);
  private final MovedClock clock = new MovedClock();
  private final TestProbe<ClaimReply> one = KIT.createTestProbe(ClaimReply.class);
  private final TestProbe<ClaimReply> two = KIT.createTestProbe(ClaimReply.class);
  private final EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState>
      actor =
          EventSourcedBehaviorTestKit.create(
              KIT.system(),
              RegistryActor.create(
                  DEMO,
                  new Surroundings(
                      World.JOURNAL,
                      RegistrySettings.from(CONFIG),
                      clock,
                      fleet,
                      view.getRef(),
                      new KeptLines(),
                      name -> CompletableFuture.completedFuture(new Owned(1, 0)),
                      () -> {},
                      new Unreadable(),
                      new RegistryMeters()),
                  new Succession<>(self -> {}, command -> {})),
              EventSourcedBehaviorTestKit.disabledSerializationSettings());
  private InstanceId instance = new InstanceId(DEMO, 1);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void oneInstanceIsReady() {
    says(Reports.of("m1"));
    actor.<RegistryProtocol.Reply>runCommand(
        replyTo -> new RegistryProtocol.Deploy(aSpec().build(), Optional.empty(), false, replyTo));
    agent
        .expectMessageClass(NodeProtocol.DescribeModel.class)
        .replyTo()
        .tell(
            new NodeProtocol.Described(
                M1,
                Optional.of(
                    new ModelFile(1, "d", new Resources(0, 512, 0, 0), true, Optional.empty(), "")),
                Optional.empty()));
    instance = agent.expectMessageClass(NodeProtocol.StartInstance.class).id();
    says(Reports.of("m1").with(Reports.instance(instance, Phase.READY, 1)));
    actor.runCommand(RegistryMessage.Look.NOW);
  }

  @Test
  void isToldWhatItHasOnceThatIsInTheJournalAndTheSameAfterARestart() {
    var claimed = actor.runCommand(claim(A, one));
    assertThat(claimed.events()).singleElement().isInstanceOf(InstanceLeased.class);
    ClaimReply first = one.receiveMessage();
    assertThat(first).isInstanceOf(ClaimReply.Granted.class);

    actor.restart();
    var again = actor.runCommand(claim(A, one));

    assertThat(again.events()).isEmpty();
    assertThat(one.receiveMessage()).isEqualTo(first);
  }

  @Test
  void whatIsReturnedGoesToTheNextOneInTheSameCommit() {
    actor.runCommand(claim(A, one));
    actor.runCommand(claim(B, two));
    assertThat(two.receiveMessage()).isInstanceOf(ClaimReply.Queued.class);

    actor.runCommand(unclaim(A, 40, one));
    ReleaseInstance release = release();
    assertThat(release.grant()).isEqualTo(new LeaseToken(A, 40));
    answer(release);

    ClaimReply.Granted next = fish(two, ClaimReply.Granted.class);
    assertThat(next.instance()).isEqualTo(instance);
    assertThat(next.number()).isGreaterThan(40);
    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
  }

  @Test
  void diedWhileItsMachineWasLettingGoItLetsGoAgainWithTheNextWord() {
    actor.runCommand(claim(A, one));
    actor.runCommand(unclaim(A, 40, one));
    release();

    actor.restart();
    assertThat(actor.getState().tenancy().of(A)).isPresent();
    actor.runCommand(unclaim(A, 40, one));
    answer(release());

    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
    actor.runCommand(unclaim(A, 40, one));
    assertThat(returned(one)).isInstanceOf(ClaimReply.Returned.class);
  }

  @Test
  void thatItsInstanceGoesIsToldAtOnce() {
    actor.runCommand(claim(A, one));
    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Granted.class);

    actor.<RegistryProtocol.Reply>runCommand(
        replyTo -> new RegistryProtocol.Scale(DEMO, 0, replyTo));

    ClaimReply.Queued waits = one.expectMessageClass(ClaimReply.Queued.class);
    assertThat(waits.reason()).contains("scaled to zero");
  }

  @Test
  void aRemovedModelIsToldAtOnce() {
    actor.runCommand(claim(A, one));
    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Granted.class);

    actor.<RegistryProtocol.Reply>runCommand(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));

    assertThat(one.expectMessageClass(ClaimReply.Rejected.class).refused().code())
        .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void aLeaseThatIsNotHeardAfterARestartIsAskedThroughTheFleetView() {
    actor.runCommand(claim(A, one));
    ClaimReply.Granted granted = (ClaimReply.Granted) one.receiveMessage();
    actor.restart();
    actor.runCommand(RegistryMessage.Look.NOW);
    clock.move(Duration.ofSeconds(13));

    actor.runCommand(RegistryMessage.Look.NOW);

    assertThat(fish(view, FleetMessage.LeaseUnheard.class))
        .isEqualTo(new FleetMessage.LeaseUnheard(A, DEMO, granted.number()));
  }

  @Test
  void whoGivesBackLessThanItHasIsToldWhatItHasThoughNobodyRemembersItsClaim() {
    actor.runCommand(claim(A, one));
    ClaimReply.Granted has = one.expectMessageClass(ClaimReply.Granted.class);
    actor.restart();

    actor.runCommand(giveBack(A, has.number() - 1, one));
    assertThat(one.receiveMessage()).isEqualTo(has);
    actor.runCommand(giveBack(A, has.number(), one));
    answer(release());

    assertThat(one.receiveMessage()).isInstanceOf(ClaimReply.Returned.class);
  }

  private ClaimReply returned(TestProbe<ClaimReply> probe) {
    ClaimReply said = probe.receiveMessage();
    return said instanceof ClaimReply.Granted ? probe.receiveMessage() : said;
  }

  private ReleaseInstance release() {
    return fish(agent, ReleaseInstance.class);
  }

  /** The next one of this kind; what else there is to say comes between. */
  private static <T, K extends T> K fish(TestProbe<T> probe, Class<K> kind) {
    List<T> seen =
        probe.fishForMessage(
            Duration.ofSeconds(20),
            said ->
                kind.isInstance(said)
                    ? FishingOutcomes.complete()
                    : FishingOutcomes.continueAndIgnore());
    return kind.cast(seen.get(seen.size() - 1));
  }

  private static void answer(ReleaseInstance release) {
    release
        .replyTo()
        .tell(
            new NodeProtocol.HoldReply(
                release.id(), release.grant(), M1, release.grant().number(), Optional.empty()));
  }

  private static Claim claim(LeaseId lease, TestProbe<ClaimReply> probe) {
    return new Claim(
        DEMO,
        lease,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        probe.getRef());
  }

  private static Unclaim unclaim(LeaseId lease, long number, TestProbe<ClaimReply> probe) {
    return new Unclaim(DEMO, lease, number, "done", probe.getRef());
  }

  private static Unclaim giveBack(LeaseId lease, long number, TestProbe<ClaimReply> probe) {
    return new Unclaim(DEMO, lease, number, "another one first", true, probe.getRef());
  }

  private void says(Reports report) {
    ActorRef<NodeProtocol.Command> machine = agent.getRef();
    fleet.show(
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(
                new FleetSnapshot.Machine(
                    true, false, Duration.ZERO, Duration.ZERO, report.build()))),
        Map.of(M1, machine));
  }
}
