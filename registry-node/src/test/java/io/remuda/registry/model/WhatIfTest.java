package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Forecast.Kind;
import io.remuda.protocol.model.Forecast.Move;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said beforehand of a change that nobody has ordered. */
class WhatIfTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final MachineId M2 = new MachineId("m2");

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
  void whoMayGiveWayIsToldThoughThatIsNotPlayed() {
    InstanceId chat = InstanceId.of("chat-3");
    Resources all = new Resources(0, 8_000, 0, 0);
    var spec = aSpec().needing(all).build();
    World world = new World().declared(spec).described();
    world.keeps = Map.of(chat.model(), Keep.DEFAULT);
    world.says(
        Reports.of("m1")
            .memory(8_000, 8_000)
            .with(Reports.claiming(Reports.serving(chat, 0, World.POLICY.evict().idle()), all)));
    assertThat(foreseen(world, spec).moves().get(0).text()).doesNotContain("may take");

    world.soft = world.soft.with(world.soft.evictions().wanted(world.now));
    Forecast forecast = foreseen(world, spec);

    assertThat(only(forecast).kind()).isEqualTo(Kind.NO_PLACE);
    assertThat(only(forecast).inPlaceOf()).containsExactly(chat);
    assertThat(only(forecast).text()).endsWith("; it may take the place of chat-3 on m1");
    assertThat(forecast.verdicts())
        .singleElement()
        .satisfies(
            verdict -> assertThat(verdict.text()).endsWith("; in place of: chat-3: may give way"));
  }

  private static Forecast foreseen(World world, ModelSpec spec) {
    return WhatIf.deploy(world.sight(), Map.of(), spec, Optional.empty(), false)
        .play()
        .orElseThrow()
        .atRest()
        .forecast();
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
