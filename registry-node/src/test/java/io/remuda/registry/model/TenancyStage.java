package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.ReleaseInstance;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
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
import org.junit.jupiter.api.BeforeEach;

/** The owner of a name with one instance that is ready, its machine, and two leases. */
abstract class TenancyStage {

  static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.registry.reconcile-interval = 1h
                  """))
          .withFallback(ConfigFactory.load());
  static final ModelName DEMO = new ModelName("demo");
  static final MachineId M1 = new MachineId("m1");
  static final LeaseId A = new LeaseId("a");
  static final LeaseId B = new LeaseId("b");

  final Fleet fleet = new Fleet();
  final MovedClock clock = new MovedClock();
  final KeptLines lines = new KeptLines();
  final TestProbe<NodeProtocol.Command> agent;
  final TestProbe<FleetProtocol.Command> view;
  final TestProbe<ClaimReply> one;
  final TestProbe<ClaimReply> two;
  final EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> actor;
  InstanceId instance = new InstanceId(DEMO, 1);

  TenancyStage(ActorTestKit kit) {
    agent = kit.createTestProbe(NodeProtocol.Command.class);
    view = kit.createTestProbe(FleetProtocol.Command.class);
    one = kit.createTestProbe(ClaimReply.class);
    two = kit.createTestProbe(ClaimReply.class);
    actor =
        EventSourcedBehaviorTestKit.create(
            kit.system(), owner(), EventSourcedBehaviorTestKit.disabledSerializationSettings());
  }

  private Behavior<RegistryProtocol.Command> owner() {
    return RegistryActor.create(
        DEMO,
        new Surroundings(
            World.JOURNAL,
            RegistrySettings.from(CONFIG),
            clock,
            fleet,
            view.getRef(),
            lines,
            name -> CompletableFuture.completedFuture(new Owned(1, 0)),
            () -> {},
            new Unreadable(),
            new RegistryMeters()),
        new Succession<>(self -> {}, command -> {}));
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

  ReleaseInstance release() {
    return fish(agent, ReleaseInstance.class);
  }

  /** The next one of this kind; what else there is to say comes between. */
  static <T, K extends T> K fish(TestProbe<T> probe, Class<K> kind) {
    List<T> seen =
        probe.fishForMessage(
            Duration.ofSeconds(20),
            said ->
                kind.isInstance(said)
                    ? FishingOutcomes.complete()
                    : FishingOutcomes.continueAndIgnore());
    return kind.cast(seen.get(seen.size() - 1));
  }

  static void answer(ReleaseInstance release) {
    release
        .replyTo()
        .tell(
            new NodeProtocol.HoldReply(
                release.id(), release.grant(), M1, release.grant().number(), Optional.empty()));
  }

  static Claim claim(LeaseId lease, TestProbe<ClaimReply> probe) {
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

  static Unclaim unclaim(LeaseId lease, long number, TestProbe<ClaimReply> probe) {
    return new Unclaim(DEMO, lease, number, "done", probe.getRef());
  }

  void says(Reports report) {
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
