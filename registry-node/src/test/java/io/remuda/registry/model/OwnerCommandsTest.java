package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit.CommandResultWithReply;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each command of a name's owner: which events it comes to, and which state. Commands, events and
 * states go through their serializers on the way and come back as they were.
 */
@Tag("actors")
class OwnerCommandsTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.registry.reconcile-interval = 1h
                  """))
          .withFallback(ConfigFactory.parseResources("remuda-registry-akka.conf"))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("owner-commands", CONFIG);
  private static final RegistrySettings SETTINGS = RegistrySettings.from(CONFIG);
  private static final MachineId M1 = new MachineId("m1");
  private static final MachineId M2 = new MachineId("m2");
  private static final ModelName DEMO = new ModelName("demo");
  private static final Capacity CAPACITY = new Capacity(16_000, 512, 8, 1, List.of());

  private final Fleet fleet = new Fleet();
  private final MovedClock clock = new MovedClock();
  private final KeptLines lines = new KeptLines();
  private final EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState>
      owner = owner();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void deployIsADeclarationOnce() {
    var first = asked(deploy(aSpec().build(), Optional.empty()));
    var again = asked(deploy(aSpec().build(), Optional.empty()));

    assertThat(kinds(first)).containsExactly("DeploymentDeclared");
    assertThat(first.state().live().orElseThrow().version()).isEqualTo(1);
    assertThat(again.hasNoEvents()).isTrue();
    assertThat(again.reply().deployment().orElseThrow().version()).isEqualTo(1);
  }

  @Test
  void aChangeNamesTheVersionThatItHasSeen() {
    asked(deploy(aSpec().build(), Optional.empty()));
    ModelSpec other = aSpec().spread().build();

    var blind = asked(deploy(other, Optional.empty()));
    var late = asked(deploy(other, Optional.of(7L)));
    var seen = asked(deploy(other, Optional.of(1L)));

    assertThat(blind.hasNoEvents()).isTrue();
    assertThat(code(blind)).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(late.hasNoEvents()).isTrue();
    assertThat(code(late)).isEqualTo(ErrorCode.STALE_VERSION);
    assertThat(kinds(seen)).containsExactly("DeploymentChanged");
    assertThat(seen.state().live().orElseThrow().spec()).isEqualTo(other);
  }

  @Test
  void anotherSchemaNeedsToAddToTheFirst() {
    ModelSpec old = aSpec().build().withSchema(Typed.schema("text"));
    ModelSpec more = aSpec().build().withSchema(Typed.schema("text", "language"));
    asked(deploy(old, Optional.empty()));

    var other = asked(deploy(more, Optional.of(1L)));
    var evolved =
        asked(replyTo -> new RegistryProtocol.Deploy(more, Optional.empty(), true, replyTo));

    assertThat(other.hasNoEvents()).isTrue();
    assertThat(code(other)).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
    assertThat(kinds(evolved)).containsExactly("SchemaEvolved");
    assertThat(evolved.state().schema()).isEqualTo(more.schema());
    assertThat(evolved.state().earlier()).hasSize(1);
  }

  @Test
  void anAliasIsSetToWhatIsDeployedAndTakenAway() {
    var nobody = aliased(replyTo -> set("chat-v1", Optional.empty(), replyTo));
    lines.show(DependsTest.listing("chat-v1", DeploymentPhase.READY, Set.of()));
    var first = aliased(replyTo -> set("chat-v1", Optional.empty(), replyTo));
    var again = aliased(replyTo -> set("chat-v1", Optional.empty(), replyTo));
    var late = aliased(replyTo -> set("chat-v2", Optional.of(7L), replyTo));
    var deployed = asked(deploy(aSpec().build(), Optional.empty()));
    var gone = aliased(replyTo -> new RegistryProtocol.RemoveAlias(DEMO, replyTo));
    var twice = aliased(replyTo -> new RegistryProtocol.RemoveAlias(DEMO, replyTo));

    assertThat(nobody.refused().orElseThrow().code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(first.alias().orElseThrow().version()).isEqualTo(1);
    assertThat(again.alias()).isEqualTo(first.alias());
    assertThat(late.refused().orElseThrow().code()).isEqualTo(ErrorCode.STALE_VERSION);
    assertThat(code(deployed)).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(gone.alias()).isEqualTo(first.alias());
    assertThat(twice.refused().orElseThrow().code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(owner.getState().alias()).isEmpty();
  }

  @Test
  void ofTwoAliasesThatAreSetAtOnceTheLateOneIsRefused() {
    lines.show(DependsTest.listing("chat-v1", DeploymentPhase.READY, Set.of()));
    long before = owner.getState().sequence();
    aliased(replyTo -> set("chat-v1", Optional.empty(), replyTo));

    var late = aliased(replyTo -> told("chat-v2", before, replyTo));
    var same = aliased(replyTo -> told("chat-v1", before, replyTo));

    assertThat(late.refused().orElseThrow().code()).isEqualTo(ErrorCode.STALE_VERSION);
    assertThat(same.refused()).isEmpty();
    assertThat(owner.getState().alias().orElseThrow().target()).isEqualTo(new ModelName("chat-v1"));
  }

  /** The target, which was asked when the name was at {@code sequence}, is deployed. */
  private static RegistryProtocol.Command told(
      String target, long sequence, ActorRef<AliasReply> replyTo) {
    return new RegistryMessage.TargetTold(
        new RegistryProtocol.SetAlias(DEMO, new ModelName(target), Optional.empty(), replyTo),
        sequence,
        Optional.of(new RegistryMessage.Stands(true, Optional.empty())));
  }

  @Test
  void whatALeaseBroughtGoesWithItThoughOthersNeedIt() {
    asked(brought("one"));
    lines.show(DependsTest.listing("agent", DeploymentPhase.READY, Set.of(DEMO)));

    var removed = asked(taken(Optional.of("one")));

    assertThat(kinds(removed)).containsExactly("DeploymentRemoved");
    assertThat(removed.reply().refused()).isEmpty();
  }

  @Test
  void ofTwoLeasesThatBringTheSameNameItIsTheFirstOnes() {
    var first = asked(brought("one"));
    var again = asked(brought("one"));
    var second = asked(brought("two"));
    var operator = asked(deploy(aSpec().build(), Optional.empty()));
    var secondsEnd = asked(taken(Optional.of("two")));
    var earlierVersions = asked(taken(Optional.empty()));
    var firstsEnd = asked(taken(Optional.of("one")));

    assertThat(kinds(first)).containsExactly("DeploymentBrought");
    assertThat(again.hasNoEvents()).isTrue();
    assertThat(again.reply().refused()).isEmpty();
    assertThat(code(second)).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(code(operator)).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(code(secondsEnd)).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(earlierVersions)).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(kinds(firstsEnd)).containsExactly("DeploymentRemoved");
  }

  @Test
  void aLeaseTakesNeitherWhatWasThereNorWhatCameAfterIt() {
    asked(deploy(aSpec().build(), Optional.empty()));

    assertThat(code(asked(brought("one")))).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(code(asked(taken(Optional.of("one"))))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);

    asked(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));
    asked(brought("one"));
    asked(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));
    asked(deploy(aSpec().build(), Optional.empty()));

    assertThat(code(asked(taken(Optional.of("one"))))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(owner.getState().live()).isPresent();
  }

  @Test
  void whoeverChangesWhatALeaseBroughtLeavesItTheLeases() {
    asked(brought("one"));
    asked(deploy(aSpec().spread().build(), Optional.of(1L)));
    asked(replyTo -> new RegistryProtocol.Scale(DEMO, 3, replyTo));

    var end = asked(taken(Optional.of("one")));

    assertThat(kinds(end)).containsExactly("DeploymentRemoved");
  }

  @Test
  void whatAnEarlierVersionsLeaseDeclaredGoesWithIt() {
    asked(deploy(aSpec().build(), Optional.empty()));

    assertThat(kinds(asked(taken(Optional.empty())))).containsExactly("DeploymentRemoved");
  }

  private static Function<ActorRef<Reply>, RegistryProtocol.Command> brought(String lease) {
    return replyTo ->
        new RegistryProtocol.Deploy(
            aSpec().build(), Optional.empty(), false, Optional.of(new LeaseId(lease)), replyTo);
  }

  private static Function<ActorRef<Reply>, RegistryProtocol.Command> taken(Optional<String> lease) {
    return replyTo -> new RegistryProtocol.Remove(DEMO, true, lease.map(LeaseId::new), replyTo);
  }

  @Test
  void aPartInUseStaysAndACircleIsRefused() {
    asked(deploy(aSpec().build(), Optional.empty()));
    lines.show(DependsTest.listing("agent", DeploymentPhase.READY, Set.of(DEMO)));

    var removed = asked(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));
    var stopped = asked(replyTo -> new RegistryProtocol.Scale(DEMO, 0, replyTo));
    var circle =
        asked(deploy(aSpec().needs(Set.of(new ModelName("agent"))).build(), Optional.of(1L)));

    assertThat(removed.hasNoEvents()).isTrue();
    assertThat(code(removed)).isEqualTo(ErrorCode.IN_USE);
    assertThat(code(stopped)).isEqualTo(ErrorCode.IN_USE);
    assertThat(code(circle)).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(circle.hasNoEvents()).isTrue();
  }

  /** The answer comes after the target's, which is another message. */
  private AliasReply aliased(Function<ActorRef<AliasReply>, RegistryProtocol.Command> command) {
    TestProbe<AliasReply> probe = KIT.createTestProbe(AliasReply.class);
    owner.runCommand(command.apply(probe.getRef()));
    return probe.receiveMessage();
  }

  private static RegistryProtocol.Command set(
      String target, Optional<Long> ifMatch, ActorRef<AliasReply> replyTo) {
    return new RegistryProtocol.SetAlias(DEMO, new ModelName(target), ifMatch, replyTo);
  }

  @Test
  void whatIsNotDeployedIsNeitherScaledNorRemoved() {
    var scaled = asked(replyTo -> new RegistryProtocol.Scale(DEMO, 3, replyTo));
    var removed = asked(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));

    assertThat(scaled.hasNoEvents()).isTrue();
    assertThat(removed.hasNoEvents()).isTrue();
    assertThat(code(scaled)).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(removed)).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(owner.getState()).isEqualTo(ModelState.empty(DEMO));
  }

  @Test
  void scaleAndRemoveAreAnEventEach() {
    asked(deploy(aSpec().build(), Optional.empty()));

    var scaled = asked(replyTo -> new RegistryProtocol.Scale(DEMO, 3, replyTo));
    var same = asked(replyTo -> new RegistryProtocol.Scale(DEMO, 3, replyTo));
    var tooMany = asked(replyTo -> new RegistryProtocol.Scale(DEMO, 5_000, replyTo));
    var removed = asked(replyTo -> new RegistryProtocol.Remove(DEMO, replyTo));

    assertThat(kinds(scaled)).containsExactly("DeploymentScaled");
    assertThat(scaled.state().live().orElseThrow().spec().replicas()).isEqualTo(3);
    assertThat(same.hasNoEvents()).isTrue();
    assertThat(tooMany.hasNoEvents()).isTrue();
    assertThat(code(tooMany)).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(kinds(removed)).containsExactly("DeploymentRemoved");
    assertThat(removed.state().live()).isEmpty();
  }

  @Test
  void aMachineRegistersAModelOnceAndARefusalIsWrittenOnce() {
    ModelSpec own = aSpec().build().withSchema(Typed.schema("text"));
    ModelSpec other = aSpec().build().withSchema(Typed.schema("number"));

    var taken = registers(own, M1);
    var again = registers(own, M1);
    var refused = registers(other, M2);
    var refusedAgain = registers(other, M2);
    var gone = owner.runCommand(new RegistryProtocol.Unregister(DEMO, M1, "its file is gone"));

    assertThat(kinds(taken)).containsExactly("MachineRegistered");
    assertThat(taken.state().isSelfRegistered()).isTrue();
    assertThat(again.hasNoEvents()).isTrue();
    assertThat(kinds(refused)).containsExactly("RegistrationRefused");
    assertThat(refused.reply().refused()).isPresent();
    assertThat(refusedAgain.hasNoEvents()).isTrue();
    assertThat(kinds(gone.events())).containsExactly("MachineUnregistered");
    assertThat(gone.state().live()).isEmpty();
  }

  @Test
  void askingChangesNothing() {
    asked(deploy(aSpec().build(), Optional.empty()));
    ModelState before = owner.getState();

    var got = asked(replyTo -> new RegistryProtocol.Get(DEMO, replyTo));
    var why =
        owner.<RegistryProtocol.Explained>runCommand(
            replyTo ->
                new RegistryMessage.HistoryRead(
                    new RegistryProtocol.Explain(DEMO, replyTo), Optional.empty()));
    var woken = owner.runCommand(new RegistryMessage.Wake(DEMO));
    var term = owner.runCommand(new RegistryMessage.TermRead(Optional.of(8L)));

    assertThat(got.reply().deployment()).isPresent();
    assertThat(why.reply().explanation()).isPresent();
    assertThat(List.of(got.hasNoEvents(), why.hasNoEvents())).containsOnly(true);
    assertThat(List.of(woken.hasNoEvents(), term.hasNoEvents())).containsOnly(true);
    assertThat(owner.getState()).isEqualTo(before);
  }

  @Test
  void anInstancesLifeIsWrittenStepByStep() {
    asked(deploy(aSpec().build(), Optional.empty()));
    var described = owner.runCommand(described());
    says(Reports.of("m1"));
    var placed = owner.runCommand(RegistryMessage.Look.NOW);
    InstanceId id = only(placed.state());
    var taken = owner.runCommand(answered(id, Optional.empty()));
    says(Reports.of("m1").with(Reports.instance(id, Phase.READY, 1)));
    var ready = owner.runCommand(RegistryMessage.Look.NOW);

    assertThat(kinds(described.events())).containsExactly("ModelDescribed");
    assertThat(kinds(placed.events())).containsExactly("InstanceAssigned");
    assertThat(taken.hasNoEvents()).isTrue();
    assertThat(kinds(ready.events())).containsExactly("InstanceReady");
    assertThat(requireNonNull(ready.state().instances().get(id)).readyAt()).isPresent();
  }

  @Test
  void aRefusedStartEndsItsAssignment() {
    InstanceId id = placed();

    var refused =
        owner.runCommand(answered(id, Optional.of(Refused.of(ErrorCode.NODE_FULL, "no room"))));
    var late = owner.runCommand(new RegistryMessage.StartAnswered(id, M1, Optional.empty()));

    assertThat(kinds(refused.events())).containsExactly("InstanceRefused");
    assertThat(refused.state().instances()).isEmpty();
    assertThat(late.hasNoEvents()).isTrue();
  }

  @Test
  void aRestartOfItsEngineAndItsFailureAreWritten() {
    InstanceId id = placed();
    InstanceReport report = Reports.instance(id, Phase.READY, 1);
    says(Reports.of("m1").with(report));
    owner.runCommand(RegistryMessage.Look.NOW);

    says(Reports.of("m1").with(Reports.restarted(report, 1, Optional.of("it ended with 1"))));
    var restarted = owner.runCommand(RegistryMessage.Look.NOW);
    says(Reports.of("m1").with(Reports.instance(id, Phase.FAILED, 9)));
    var failed = owner.runCommand(RegistryMessage.Look.NOW);

    assertThat(kinds(restarted.events())).containsExactly("EngineRestarted");
    assertThat(kinds(failed.events())).contains("InstanceEnded");
    assertThat(failed.state().failures().count()).isEqualTo(1);
    assertThat(failed.state().instances()).doesNotContainKey(id);
  }

  @Test
  void aSilentMachinesInstanceIsLost() {
    InstanceId id = placed();

    show(Reports.of("m1"), SETTINGS.reconcile().lostAfter().plusSeconds(1));
    var lost = owner.runCommand(RegistryMessage.Look.NOW);

    assertThat(kinds(lost.events())).contains("InstanceLost");
    assertThat(lost.state().instances()).doesNotContainKey(id);
  }

  @Test
  void aStopIsWrittenAndThenItsEnd() {
    InstanceId id = placed();
    asked(replyTo -> new RegistryProtocol.Scale(DEMO, 0, replyTo));
    var stopping = owner.runCommand(RegistryMessage.Look.NOW);

    var silent = owner.runCommand(new RegistryMessage.StopAnswered(id, Optional.empty()));
    var ended =
        owner.runCommand(
            new RegistryMessage.StopAnswered(
                id,
                Optional.of(
                    new NodeProtocol.StopReply(
                        id, stopping.state().sequence(), M1, Optional.empty(), CAPACITY))));

    assertThat(requireNonNull(stopping.state().instances().get(id)).stopping()).isTrue();
    assertThat(silent.hasNoEvents()).isTrue();
    assertThat(kinds(ended.events())).containsExactly("InstanceEnded");
    assertThat(ended.state().instances()).isEmpty();
  }

  private InstanceId placed() {
    asked(deploy(aSpec().build(), Optional.empty()));
    owner.runCommand(described());
    says(Reports.of("m1"));
    return only(owner.runCommand(RegistryMessage.Look.NOW).state());
  }

  private RegistryMessage.DescribeAnswered described() {
    return new RegistryMessage.DescribeAnswered(
        M1,
        owner.getState().live().orElseThrow().revision(),
        Optional.of(
            new NodeProtocol.Described(
                M1,
                Optional.of(
                    new ModelFile(1, "d", new Resources(0, 512, 0, 0), true, Optional.empty(), "")),
                Optional.empty())));
  }

  private static RegistryMessage.StartAnswered answered(InstanceId id, Optional<Refused> refused) {
    return new RegistryMessage.StartAnswered(
        id, M1, Optional.of(new NodeProtocol.StartReply(id, id.number(), M1, refused, CAPACITY)));
  }

  private static InstanceId only(ModelState state) {
    assertThat(state.instances()).hasSize(1);
    return state.instances().keySet().iterator().next();
  }

  private void says(Reports report) {
    show(report, Duration.ZERO);
  }

  /** The fleet is m1, which has been silent for so long and answers nobody. */
  private void show(Reports report, Duration silence) {
    // The owner looks again by itself after each write, and has done so when it answers this.
    owner.runCommand(new RegistryMessage.Wake(DEMO));
    fleet.show(
        FleetSnapshot.of(
            Duration.ofHours(1),
            false,
            List.of(new FleetSnapshot.Machine(true, false, silence, silence, report.build()))),
        Map.of());
  }

  private CommandResultWithReply<RegistryProtocol.Command, ModelEvent, ModelState, Reply> asked(
      Function<ActorRef<Reply>, RegistryProtocol.Command> command) {
    return owner.runCommand(command::apply);
  }

  private CommandResultWithReply<
          RegistryProtocol.Command, ModelEvent, ModelState, RegistryProtocol.Registered>
      registers(ModelSpec spec, MachineId machine) {
    return owner.runCommand(replyTo -> new RegistryProtocol.Register(spec, machine, replyTo));
  }

  private static Function<ActorRef<Reply>, RegistryProtocol.Command> deploy(
      ModelSpec spec, Optional<Long> seen) {
    return replyTo -> new RegistryProtocol.Deploy(spec, seen, false, replyTo);
  }

  private static ErrorCode code(
      CommandResultWithReply<RegistryProtocol.Command, ModelEvent, ModelState, Reply> result) {
    return result.reply().refused().orElseThrow().code();
  }

  private static List<String> kinds(
      CommandResultWithReply<RegistryProtocol.Command, ModelEvent, ModelState, ?> result) {
    return kinds(result.events());
  }

  private static List<String> kinds(List<ModelEvent> events) {
    return events.stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  private EventSourcedBehaviorTestKit<RegistryProtocol.Command, ModelEvent, ModelState> owner() {
    return EventSourcedBehaviorTestKit.create(
        KIT.system(),
        RegistryActor.create(
            DEMO,
            new Surroundings(
                World.JOURNAL,
                SETTINGS,
                clock,
                fleet,
                KIT.<FleetProtocol.Command>createTestProbe().getRef(),
                lines,
                name -> CompletableFuture.completedFuture(new Owned(1, 0)),
                () -> {},
                new Unreadable(),
                new RegistryMeters()),
            new Succession<>(self -> {}, command -> {})),
        EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyEquality(true));
  }
}
