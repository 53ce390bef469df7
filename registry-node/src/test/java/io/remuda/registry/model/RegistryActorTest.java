package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.MovedClock;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The shell around decider and reconciler: what is written, when it is told, what a restart does.
 */
class RegistryActorTest {

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
  private static final ActorTestKit KIT = ActorTestKit.create("registry-actor", CONFIG);
  private static final RegistrySettings SETTINGS = RegistrySettings.from(CONFIG);
  private static final Duration HOLD = SETTINGS.reconcile().refusalHold();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final MachineId M1 = new MachineId("m1");
  private static final ModelName DEMO = new ModelName("demo");

  private final TestProbe<ActorRef<RegistryProtocol.Command>> leaving = KIT.createTestProbe();
  private final Fleet fleet = new Fleet();
  private final MovedClock clock = new MovedClock();
  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final TestProbe<FleetProtocol.Command> view =
      KIT.createTestProbe(FleetProtocol.Command.class);
  private final KeptLines lines = new KeptLines();
  private final List<Listing> listings = lines.all;
  private final AtomicLong terms = new AtomicLong();
  private EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor =
      newActor();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void aMachineIsThere() {
    says(Reports.of("m1"));
  }

  @Test
  void writesADeploymentBeforeItAnswersInOneCommit() {
    var result = actor.<RegistryProtocol.Reply>runCommand(this::deploy);

    assertThat(result.events())
        .singleElement()
        .isInstanceOf(DeploymentEvent.DeploymentDeclared.class);
    assertThat(result.reply().deployment().orElseThrow().version()).isEqualTo(1);
    assertThat(listings.get(0).specVersion()).isEqualTo(1);
  }

  @Test
  void describesAssignsAndStartsWithTheNumberOfTheAssignment() {
    NodeProtocol.StartInstance start = placed();

    assertThat(start.id()).isEqualTo(new InstanceId(DEMO, start.epoch()));
    assertThat(start.claim().memoryMiB()).isEqualTo(512);
    assertThat(start.journal()).isEqualTo(World.JOURNAL);
    assertThat(view.receiveMessage()).isInstanceOf(FleetMessage.Watch.class);
  }

  @Test
  void aRestartSendsTheSameStartAgain() {
    NodeProtocol.StartInstance first = placed();

    actor.restart();
    NodeProtocol.StartInstance second = agent.expectMessageClass(NodeProtocol.StartInstance.class);

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.epoch()).isEqualTo(first.epoch());
  }

  @Test
  void whatALaterOwnerOfTheNameShowsCountsMore() {
    NodeProtocol.StartInstance start = placed();
    says(Reports.of("m1").with(Reports.instance(start.id(), Phase.READY, 1)));
    actor.runCommand(RegistryMessage.Look.NOW);
    Listing byFirst = listings.get(listings.size() - 1);
    says(Reports.of("m1").with(Reports.instance(start.id(), Phase.WARMING, 1)));

    listings.clear();
    actor.restart();

    Eventually.isTrue("it is listed again", Duration.ofSeconds(10), () -> !listings.isEmpty());
    Listing bySecond = listings.get(listings.size() - 1);
    assertThat(byFirst.ready()).isEqualTo(1);
    assertThat(bySecond.ready()).isZero();
    assertThat(bySecond.version()).isEqualTo(byFirst.version());
    assertThat(bySecond.isNewerThan(byFirst)).isTrue();
  }

  @Test
  void aRefusalEndsTheAssignmentAndIsRemembered() {
    NodeProtocol.StartInstance start = placed();

    var result = actor.runCommand(refused(start));

    assertThat(result.events()).singleElement().isInstanceOf(InstanceEvent.InstanceRefused.class);
    assertThat(listings.get(listings.size() - 1).reason().orElseThrow()).contains("no room");
  }

  @Test
  void theFleetViewHearsTheCapacityThatAnAnswerCarries() {
    NodeProtocol.StartInstance start = placed();
    Capacity full = new Capacity(100, 90, 1, 1, List.of());

    start
        .replyTo()
        .tell(
            new NodeProtocol.StartReply(
                start.id(),
                start.epoch(),
                M1,
                Optional.of(Refused.of(ErrorCode.NODE_FULL, "no room")),
                full));

    view.fishForMessage(
        Duration.ofSeconds(10),
        told ->
            told.equals(new FleetMessage.CapacityTold(M1, full))
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
  }

  @Test
  void aSecondRefusalForTheSameReasonIsNotWrittenAndTheSameStartIsSentAgain() {
    NodeProtocol.StartInstance first = placed();
    actor.runCommand(refused(first));
    NodeProtocol.StartInstance second = startAfter(HOLD);

    var result = actor.runCommand(refused(second));

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(result.hasNoEvents()).isTrue();
    assertThat(actor.getState().instances()).containsOnlyKeys(second.id());
    // A second refusal is held twice as long.
    assertThat(startAfter(HOLD.multipliedBy(2)).id()).isEqualTo(second.id());
  }

  /** What is started once the machine that refused is not passed over any more. */
  private NodeProtocol.StartInstance startAfter(Duration hold) {
    clock.move(hold);
    actor.runCommand(RegistryMessage.Look.NOW);
    return agent.expectMessageClass(NodeProtocol.StartInstance.class);
  }

  private static RegistryMessage.StartAnswered refused(NodeProtocol.StartInstance start) {
    return new RegistryMessage.StartAnswered(
        start.id(),
        M1,
        Optional.of(
            new NodeProtocol.StartReply(
                start.id(),
                start.epoch(),
                M1,
                Optional.of(Refused.of(ErrorCode.NODE_FULL, "no room")),
                new Capacity(0, 0, 0, 0, List.of()))));
  }

  @Test
  void anEndedInstanceIsReplacedUnderANewId() {
    NodeProtocol.StartInstance start = placed();

    start
        .replyTo()
        .tell(
            new NodeProtocol.StartReply(
                start.id(),
                start.epoch(),
                M1,
                Optional.of(Refused.of(ErrorCode.ENDED, "it has ended here")),
                new Capacity(0, 0, 0, 0, List.of())));
    NodeProtocol.StartInstance next = agent.expectMessageClass(NodeProtocol.StartInstance.class);

    assertThat(next.id().number()).isGreaterThan(start.id().number());
  }

  @Test
  void readyInstancesAreListedAndAStopIsConfirmedByTheMachine() {
    NodeProtocol.StartInstance start = placed();
    says(Reports.of("m1").with(Reports.instance(start.id(), Phase.READY, 1)));
    actor.runCommand(RegistryMessage.Look.NOW);
    assertThat(listings.get(listings.size() - 1).ready()).isEqualTo(1);

    actor.<RegistryProtocol.Reply>runCommand(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));
    NodeProtocol.StopInstance stop = agent.expectMessageClass(NodeProtocol.StopInstance.class);
    assertThat(stop.epoch()).isGreaterThan(start.epoch());
    stop.replyTo()
        .tell(
            new NodeProtocol.StopReply(
                stop.id(),
                stop.epoch(),
                M1,
                Optional.empty(),
                new Capacity(0, 0, 0, 0, List.of())));

    Eventually.isTrue("it is gone", SOON, () -> actor.getState().instances().isEmpty());
    var gone =
        actor.<RegistryProtocol.Reply>runCommand(
            replyTo -> new RegistryProtocol.Get(DEMO, replyTo));
    assertThat(gone.reply().refused().orElseThrow().code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void aNameThatSomebodyOnlyAskedForIsForgotten() {
    TestProbe<RegistryProtocol.Reply> replies = KIT.createTestProbe();
    ActorRef<RegistryProtocol.Command> asked = KIT.spawn(behavior("asked"));
    asked.tell(new RegistryProtocol.Get(new ModelName("asked"), replies.getRef()));
    assertThat(replies.receiveMessage().refused()).isPresent();

    for (int i = 0; i < 40; i++) {
      asked.tell(RegistryMessage.Look.BY_CLOCK);
    }

    assertThat(leaving.receiveMessage()).isEqualTo(asked);
    KIT.stop(asked);
  }

  @Test
  void aModelWithAnotherSchemaIsNotPlaced() {
    actor.<RegistryProtocol.Reply>runCommand(
        replyTo ->
            new RegistryProtocol.Deploy(
                aSpec().withSchema("wanted").build(), Optional.empty(), false, replyTo));
    NodeProtocol.DescribeModel describe =
        agent.expectMessageClass(NodeProtocol.DescribeModel.class);

    describe
        .replyTo()
        .tell(
            new NodeProtocol.Described(
                M1,
                Optional.of(
                    new ModelFile(
                        1,
                        "d",
                        Resources.NONE,
                        true,
                        aSpec().withSchema("found").build().schema(),
                        "")),
                Optional.empty()));

    Eventually.isTrue(
        "the reason says so",
        SOON,
        () ->
            listings
                .get(listings.size() - 1)
                .reason()
                .orElse("")
                .contains("demo stands for another schema"));
    agent.expectNoMessage(Duration.ofMillis(50));
  }

  private NodeProtocol.StartInstance placed() {
    actor.<RegistryProtocol.Reply>runCommand(this::deploy);
    NodeProtocol.DescribeModel describe =
        agent.expectMessageClass(NodeProtocol.DescribeModel.class);
    describe
        .replyTo()
        .tell(
            new NodeProtocol.Described(
                M1,
                Optional.of(
                    new ModelFile(1, "d", new Resources(0, 512, 0, 0), true, Optional.empty(), "")),
                Optional.empty()));
    return agent.expectMessageClass(NodeProtocol.StartInstance.class);
  }

  private RegistryProtocol.Command deploy(ActorRef<RegistryProtocol.Reply> replyTo) {
    return new RegistryProtocol.Deploy(aSpec().build(), Optional.empty(), false, replyTo);
  }

  private void says(Reports report) {
    fleet.show(
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(
                new FleetSnapshot.Machine(
                    true, false, Duration.ZERO, Duration.ZERO, report.build()))),
        Map.of(M1, agent.getRef()));
  }

  private EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> newActor() {
    return EventSourcedBehaviorTestKit.create(
        KIT.system(),
        behavior("demo"),
        EventSourcedBehaviorTestKit.disabledSerializationSettings());
  }

  private Behavior<RegistryProtocol.Command> behavior(String name) {
    return RegistryActor.create(
        new ModelName(name),
        new Surroundings(
            World.JOURNAL,
            SETTINGS,
            clock,
            fleet,
            view.getRef(),
            lines,
            owned -> CompletableFuture.completedFuture(new Owned(terms.incrementAndGet(), 0)),
            () -> {},
            new Unreadable(),
            new RegistryMeters()),
        new Succession<>(leaving.getRef()::tell, command -> {}));
  }
}
