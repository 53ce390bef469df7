package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.Foreseen;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Kind;
import io.remuda.protocol.model.Forecast.Move;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said beforehand of a change that nobody has ordered. */
class WhatIfTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final MachineId M2 = new MachineId("m2");
  private static final InstanceId CHAT_3 = InstanceId.of("chat-3");
  private static final Resources ALL = new Resources(0, 8_000, 0, 0);

  @Test
  void aDrainMovesWhatRunsThereToWhereTheDrainThenMovesIt() {
    World world = World.aReady().says(Reports.of("m2"));
    InstanceId old = world.only();

    Forecast forecast = drain(world, M1);

    Move move = only(forecast);
    assertThat(move.kind()).isEqualTo(Kind.MOVES);
    assertThat(move.from()).contains(M1);
    assertThat(move.to()).contains(M2);
    world.draining("m1").look();
    assertThat(world.instances()).containsExactly(old, move.next().orElseThrow());
  }

  @Test
  void whatHasNoOtherPlaceStaysAndTheVerdictsSayWhy() {
    World world = World.aReady().says(Reports.of("m2").memory(100, 0));

    Forecast forecast = drain(world, M1);

    assertThat(only(forecast).kind()).isEqualTo(Kind.STAYS);
    assertThat(only(forecast).text()).contains("serves on where it is").contains("512 MiB");
    assertThat(forecast.isPlaced()).isFalse();
    assertThat(forecast.ready()).isEqualTo(1);
    assertThat(forecast.verdicts())
        .extracting(verdict -> verdict.predicate())
        .containsExactly("cordon", "memory");
  }

  @Test
  void aLossLeavesWhatHasNoOtherPlaceWithoutOne() {
    World world = World.aReady();

    Forecast forecast =
        WhatIf.left(world.sight(), departure(Departure.Kind.LOSE), List.of()).atRest().forecast();

    assertThat(only(forecast).kind()).isEqualTo(Kind.NO_PLACE);
    assertThat(only(forecast).from()).contains(M1);
    assertThat(forecast.ready()).isZero();
  }

  /** Its start was sent a moment ago, so that it is not due again. */
  @Test
  void aStartThatIsOnItsWayHasArrivedInAForecast() {
    World world = World.aDescribed(1);
    world.look();
    assertThat(world.look().actions()).singleElement().isInstanceOf(Action.Start.class);

    Forecast forecast =
        WhatIf.deploy(world.sight(), Map.of(), aSpec().replicas(2).build(), seen(world), false)
            .play()
            .orElseThrow()
            .atRest()
            .forecast();

    assertThat(forecast.ready()).isEqualTo(2);
  }

  @Test
  void whatAnotherNameHasTakenBeforeIsNotTakenTwice() {
    World world = World.aReady().says(Reports.of("m2").memory(1_000, 0));
    Forecast.Shift other =
        new Forecast.Shift(M2, InstanceId.of("other-3"), new Resources(0, 800, 0, 0), true);

    WhatIf alone = WhatIf.left(world.sight(), departure(Departure.Kind.DRAIN), List.of()).atRest();
    WhatIf after =
        WhatIf.left(world.sight(), departure(Departure.Kind.DRAIN), List.of(other)).atRest();

    assertThat(only(alone.forecast()).to()).contains(M2);
    assertThat(alone.shifts()).extracting(Forecast.Shift::taken).containsExactly(false, true);
    assertThat(only(after.forecast()).kind()).isEqualTo(Kind.STAYS);
  }

  @Test
  void aDeploymentIsPlacedAsTheRealOneIsOnceAMachineHasDescribedIt() {
    World world = new World().says(Reports.of("m1")).says(Reports.of("m2")).says(Reports.of("m3"));
    var spec = aSpec().replicas(2).build();

    WhatIf asked =
        WhatIf.deploy(world.sight(), Map.of(), spec, Optional.empty(), false)
            .play()
            .orElseThrow()
            .atRest();
    MachineId machine = asked.asks().orElseThrow();
    WhatIf told = asked.told(machine, Optional.of(described(machine))).atRest();

    List<InstanceId> foreseen =
        told.forecast().moves().stream().flatMap(move -> move.next().stream()).toList();
    assertThat(told.forecast().ready()).isEqualTo(2);
    assertThat(world.state.sequence()).isZero();
    world.declared(spec).described().look();
    assertThat(world.instances()).isEqualTo(foreseen);
    assertThat(world.state.instances().values().stream().map(Instance::machine))
        .isEqualTo(told.forecast().moves().stream().map(move -> move.to().orElseThrow()).toList());
  }

  @Test
  void aDeploymentThatWouldBeRefusedIsRefusedInTheSameWords() {
    World world = World.aReady();
    var other = aSpec().replicas(3).build();

    WhatIf.Begun begun = WhatIf.deploy(world.sight(), Map.of(), other, Optional.empty(), false);

    assertThat(begun.refused())
        .isEqualTo(
            ModelDecider.deploy(world.state, other, Optional.empty(), false, world.now).refused());
    assertThat(begun.refused().orElseThrow().code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
  }

  @Test
  void aDeploymentThatWouldNeedItselfIsRefusedAsTheRealOneIs() {
    World world = World.aReady();
    ModelName agent = new ModelName("agent");
    var circle = aSpec().needs(Set.of(agent)).build();
    Map<ModelName, Listing> known =
        Map.of(
            agent, DependsTest.listing("agent", DeploymentPhase.READY, Set.of(world.state.name())));

    WhatIf.Begun begun = WhatIf.deploy(world.sight(), known, circle, seen(world), false);

    assertThat(begun.play()).isEmpty();
    assertThat(begun.refused()).isEqualTo(DependsDecider.deploy(world.state, circle, known));
    assertThat(begun.refused().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void aPartThatIsInUseIsNotForeseenToStop() {
    World world = World.aReady();
    Map<ModelName, Listing> known =
        Map.of(
            new ModelName("agent"),
            DependsTest.listing("agent", DeploymentPhase.READY, Set.of(world.state.name())));

    WhatIf.Begun begun =
        WhatIf.deploy(world.sight(), known, aSpec().replicas(0).build(), seen(world), false);

    assertThat(begun.refused().map(Refused::code)).hasValue(ErrorCode.IN_USE);
  }

  @Test
  void whatWouldLackAPartIsForeseenToLackIt() {
    World world = World.aReady();
    var made = aSpec().needs(Set.of(new ModelName("embed"))).build();

    WhatIf played =
        WhatIf.deploy(world.sight(), Map.of(), made, seen(world), false)
            .play()
            .orElseThrow()
            .atRest();

    assertThat(played.forecast().reason()).hasValue("its part embed is not deployed");
  }

  @Test
  void whoMayGiveWayIsToldWhereItsOwnerDoesNotAnswer() {
    World world = withoutRoom();
    assertThat(foreseen(world).moves().get(0).text()).doesNotContain("may take");

    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
    Forecast forecast = foreseen(world);

    assertThat(only(forecast).kind()).isEqualTo(Kind.NO_PLACE);
    assertThat(only(forecast).inPlaceOf()).containsExactly(CHAT_3);
    assertThat(only(forecast).text()).endsWith("; it may take the place of chat-3 on m1");
    assertThat(forecast.verdicts())
        .singleElement()
        .satisfies(
            verdict -> assertThat(verdict.text()).endsWith("; in place of chat-3: may give way"));
  }

  @Test
  void whatGivesWayIsReplacedByTheOneThatIsDeployed() {
    World world = withoutRoom();
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
    World chat = chat(aSpec());

    WhatIf played = answered(playOf(world), chat);

    Move move = only(played.forecast());
    assertThat(move.kind()).isEqualTo(Kind.NEW);
    assertThat(move.to()).contains(M1);
    assertThat(move.inPlaceOf()).containsExactly(CHAT_3);
    assertThat(move.text()).isEqualTo("starts on m1 in place of chat-3");
    assertThat(played.forecast().ready()).isEqualTo(1);
    Forecast other = played.forecast().others().get(0);
    assertThat(only(other).kind()).isEqualTo(Kind.NO_PLACE);
    assertThat(other.ready()).isZero();
    assertThat(other.wanted()).isEqualTo(1);
    assertThat(other.reason().orElseThrow()).contains("gave way to demo");
  }

  @Test
  void whatGivesWayAndHasAnotherPlaceMovesThere() {
    World world = withoutRoom();
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
    World chat = chat(aSpec());
    // The one that wants the place may not go to m2, where chat may.
    chat.says(Reports.of("m2").memory(8_000, 0));

    Forecast other = answered(playOf(world), chat).forecast().others().get(0);

    assertThat(only(other).kind()).isEqualTo(Kind.MOVES);
    assertThat(only(other).to()).contains(M2);
    assertThat(other.ready()).isEqualTo(1);
  }

  @Test
  void whatGivesWayAndMaySleepSleeps() {
    World world = withoutRoom();
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
    Scaling sleeper = new Scaling(0, 4, Optional.of(Duration.ofMinutes(5)), 1, Optional.empty());

    Forecast other =
        answered(playOf(world), chat(aSpec().scaling(sleeper))).forecast().others().get(0);

    assertThat(other.wanted()).isZero();
    assertThat(only(other).kind()).isEqualTo(Kind.ENDS);
    assertThat(only(other).text()).isEqualTo("is stopped: gave way to demo");
  }

  @Test
  void whatItsOwnerKeepsIsNotPlayed() {
    World world = withoutRoom();
    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));

    WhatIf played = answered(playOf(world), chat(aSpec().keep(new Keep(true, 0))));

    assertThat(only(played.forecast()).kind()).isEqualTo(Kind.NO_PLACE);
    assertThat(only(played.forecast()).inPlaceOf()).isEmpty();
    assertThat(played.forecast().others()).isEmpty();
    assertThat(played.forecast().verdicts().get(0).text()).endsWith("chat-3: stays: pinned");
  }

  /** All of m1, which chat-3 has, is what demo needs. */
  private static World withoutRoom() {
    World world = new World().declared(aSpec().needing(ALL).build()).described();
    world.keeps = Map.of(CHAT_3.model(), Keep.DEFAULT);
    return world.says(taken());
  }

  private static Reports taken() {
    return Reports.of("m1")
        .memory(8_000, 8_000)
        .with(Reports.claiming(Reports.serving(CHAT_3, 0, World.POLICY.evict().idle()), ALL));
  }

  /** As chat's owner sees it: chat-3 serves on m1. */
  private static World chat(Specs spec) {
    World world = new World();
    world.state = ModelState.empty(CHAT_3.model());
    world.declared(spec.named("chat").needing(ALL).build()).described();
    world.on(
        new InstanceEvent.InstanceAssigned(
            CHAT_3, M1, ALL, InstanceReport.Origin.ASSIGNED, world.now));
    world.on(new InstanceEvent.InstanceReady(CHAT_3, world.now));
    return world.says(taken());
  }

  private static WhatIf playOf(World world) {
    ModelSpec spec = world.state.live().orElseThrow().spec();
    return WhatIf.deploy(world.sight(), Map.of(), spec, Optional.empty(), false)
        .play()
        .orElseThrow()
        .atRest();
  }

  /** Once {@code other} has answered all that it is asked. */
  private static WhatIf answered(WhatIf begun, World other) {
    WhatIf play = begun;
    for (int i = 0; i < 10 && play.question().isPresent(); i++) {
      Yielding.Question question = play.question().get();
      EvictionDecider.Ask ask =
          new EvictionDecider.Ask(
              question.id(),
              play.before().state().name(),
              question.wish().priority(),
              question.wish().asked(),
              question.wish().sounding());
      WhatIf.Begun theirs =
          WhatIf.givesWay(other.sight(), ask, question.departure(), question.before());
      play =
          play.told(
                  question,
                  theirs
                      .play()
                      .map(WhatIf::atRest)
                      .map(
                          rest ->
                              new Foreseen(
                                  Optional.of(rest.forecast()),
                                  rest.shiftsFor(ask),
                                  Optional.empty()))
                      .orElseGet(() -> Foreseen.refused(theirs.refused().orElseThrow())))
              .atRest();
    }
    return play;
  }

  private static Forecast foreseen(World world) {
    return playOf(world).forecast();
  }

  private static Optional<Long> seen(World world) {
    return Optional.of(world.state.live().orElseThrow().version());
  }

  @Test
  void aDrainOfAGpuMovesWhatUsesItAndNothingElse() {
    World world = World.aDescribed(2);
    world.look();
    List<InstanceId> both = world.instances();
    world.says(
        Reports.of("m1")
            .gpu(8_000, 0, 0)
            .gpu(8_000, 0, 0)
            .with(Reports.instance(both.get(0), Phase.READY, 1).withGpus(Set.of("GPU-m10")))
            .with(Reports.instance(both.get(1), Phase.READY, 1).withGpus(Set.of("GPU-m11"))));

    Forecast forecast =
        WhatIf.left(
                world.sight(),
                new Departure(M1, Departure.Kind.DRAIN, Optional.of("GPU-m10")),
                List.of())
            .atRest()
            .forecast();

    assertThat(only(forecast).instance()).contains(both.get(0));
    assertThat(only(forecast).kind()).isEqualTo(Kind.MOVES);
  }

  private static Forecast drain(World world, MachineId machine) {
    return WhatIf.left(
            world.sight(),
            new Departure(machine, Departure.Kind.DRAIN, Optional.empty()),
            List.of())
        .atRest()
        .forecast();
  }

  private static Departure departure(Departure.Kind kind) {
    return new Departure(M1, kind, Optional.empty());
  }

  private static Move only(Forecast forecast) {
    assertThat(forecast.moves()).hasSize(1);
    return forecast.moves().get(0);
  }

  private static NodeProtocol.Described described(MachineId machine) {
    return new NodeProtocol.Described(
        machine,
        Optional.of(
            new ModelFile(1, "d", new Resources(0, 512, 0, 0), true, Optional.empty(), "note")),
        Optional.empty());
  }
}
