package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.Behavior;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.KeptLines;
import io.remuda.registry.testing.MovedClock;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What owners of names say to each other about one place, and what they write before. */
class SwapActorTest {

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
  private static final ActorTestKit KIT = ActorTestKit.create("swap-actor", CONFIG);
  private static final RegistrySettings SETTINGS = RegistrySettings.from(CONFIG);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final MachineId M1 = new MachineId("m1");
  private static final ModelName DEMO = new ModelName("demo");
  private static final ModelName CHAT = new ModelName("chat");
  private static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  private static final Resources ALL = new Resources(0, 8_000, 0, 0);

  private final Fleet fleet = new Fleet();
  private final TestProbe<NodeProtocol.Command> agent =
      KIT.createTestProbe(NodeProtocol.Command.class);
  private final TestProbe<FleetProtocol.Command> view =
      KIT.createTestProbe(FleetProtocol.Command.class);
  private final EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState>
      actor =
          EventSourcedBehaviorTestKit.create(
              KIT.system(),
              behavior(),
              EventSourcedBehaviorTestKit.disabledSerializationSettings());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void writesThatItGivesWayBeforeItSaysSoAndTellsTheOtherWhenItIsGone() {
    InstanceId id = serving();

    var gave =
        actor.<GiveWayReply>runCommand(replyTo -> new GiveWay(id, CHAT, 0, true, false, replyTo));

    assertThat(gave.events())
        .hasExactlyElementsOfTypes(SwapEvent.GaveWay.class, InstanceEvent.InstanceStopping.class);
    assertThat(gave.reply().stays()).isEmpty();
    assertThat(actor.getState().given().orElseThrow().to()).isEqualTo(CHAT);
    NodeProtocol.StopInstance stop = agent.expectMessageClass(NodeProtocol.StopInstance.class);
    stop.replyTo()
        .tell(
            new NodeProtocol.StopReply(
                id, stop.epoch(), M1, Optional.empty(), capacity(Reports.of("m1"))));
    assertThat(toOwner())
        .isEqualTo(new FleetMessage.ToOwner(CHAT, new RegistryMessage.RoomMade(CHAT)));
  }

  @Test
  void writesNothingWhenItStays() {
    InstanceId id = serving();
    says(busy(id));

    var answer =
        actor.<GiveWayReply>runCommand(replyTo -> new GiveWay(id, CHAT, 9, true, false, replyTo));

    assertThat(answer.hasNoEvents()).isTrue();
    assertThat(answer.reply().stays()).hasValue("works on 1 request");
  }

  @Test
  void asksForRoomAtOnceWhenRequestsWaitAndPlacesWhenItIsToldThatThereIsSome() {
    says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(CHAT_3, 0, Duration.ofHours(1)), ALL)));
    declared();

    actor.runCommand(new RegistryProtocol.Wanted(DEMO, 1));

    FleetMessage.ToOwner asked = toOwner();
    assertThat(asked.name()).isEqualTo(CHAT);
    assertThat(asked.command())
        .isInstanceOfSatisfying(
            GiveWay.class,
            wish -> {
              assertThat(wish.instance()).isEqualTo(CHAT_3);
              assertThat(wish.to()).isEqualTo(DEMO);
              wish.replyTo().tell(new GiveWayReply(CHAT_3, Optional.empty()));
            });
    says(Reports.of("m1").memory(8_000, 0));
    actor.runCommand(new RegistryMessage.RoomMade(DEMO));
    assertThat(agent.expectMessageClass(NodeProtocol.StartInstance.class).id().model())
        .isEqualTo(DEMO);
  }

  /** Demo's only instance is idle on m1. */
  private InstanceId serving() {
    says(Reports.of("m1").memory(8_000, 0));
    declared();
    InstanceId id = agent.expectMessageClass(NodeProtocol.StartInstance.class).id();
    says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(id, 0, Duration.ofHours(1)), ALL)));
    actor.runCommand(RegistryMessage.Look.NOW);
    return id;
  }

  private static Reports busy(InstanceId id) {
    return Reports.of("m1")
        .memory(8_000, 8_000)
        .with(Reports.claiming(Reports.serving(id, 1, Duration.ZERO), ALL));
  }

  private void declared() {
    actor.<RegistryProtocol.Reply>runCommand(
        replyTo ->
            new RegistryProtocol.Deploy(
                aSpec().needing(ALL).build(), Optional.empty(), false, replyTo));
    NodeProtocol.DescribeModel describe =
        agent.expectMessageClass(NodeProtocol.DescribeModel.class);
    describe
        .replyTo()
        .tell(
            new NodeProtocol.Described(
                M1,
                Optional.of(new ModelFile(1, "d", ALL, true, Optional.empty(), "")),
                Optional.empty()));
    Eventually.isTrue("it is described", SOON, () -> actor.getState().currentFile().isPresent());
  }

  private FleetMessage.ToOwner toOwner() {
    return (FleetMessage.ToOwner)
        view.fishForMessage(
                SOON,
                message ->
                    message instanceof FleetMessage.ToOwner
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore())
            .get(0);
  }

  private static Capacity capacity(Reports report) {
    return report.build().capacity();
  }

  private void says(Reports report) {
    fleet.show(
        FleetSnapshot.of(
                Duration.ofHours(1),
                false,
                List.of(
                    new FleetSnapshot.Machine(
                        true, false, Duration.ZERO, Duration.ZERO, report.build())))
            .keeping(Map.of(CHAT, Keep.DEFAULT)),
        Map.of(M1, agent.getRef()));
  }

  private Behavior<RegistryProtocol.Command> behavior() {
    return RegistryActor.create(
        DEMO,
        new Surroundings(
            World.JOURNAL,
            SETTINGS,
            new MovedClock(),
            fleet,
            view.getRef(),
            new KeptLines(),
            owned -> CompletableFuture.completedFuture(new Owned(1, 0)),
            () -> {},
            new Unreadable(),
            new RegistryMeters()),
        new Succession<>(self -> {}, command -> {}));
  }
}
