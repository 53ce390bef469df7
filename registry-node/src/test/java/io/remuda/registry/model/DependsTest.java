package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import io.remuda.registry.testing.Reports;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Deployments that are made of others: what is refused, and how they stand. */
class DependsTest {

  private static final ModelName DEMO = new ModelName("demo");

  private final Map<ModelName, Listing> known = new HashMap<>();

  private static Set<ModelName> names(String... names) {
    return Arrays.stream(names).map(ModelName::new).collect(Collectors.toSet());
  }

  static Listing listing(String name, DeploymentPhase phase, Set<ModelName> needs) {
    return new Listing(
        new ModelName(name),
        1,
        0,
        1,
        phase,
        "fake",
        Optional.empty(),
        phase == DeploymentPhase.STOPPED ? 0 : 1,
        phase == DeploymentPhase.READY ? 1 : 0,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        false,
        false,
        Map.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        needs,
        Relief.NONE,
        0,
        Defaults.NONE);
  }

  private void knows(String name, DeploymentPhase phase, String... needs) {
    known.put(new ModelName(name), listing(name, phase, names(needs)));
  }

  private void alias(String name, String target) {
    known.put(
        new ModelName(name),
        Listing.ofAlias(
            new ModelName(name),
            1,
            0,
            DeploymentPhase.READY,
            Optional.of(new ModelName(target)),
            Instant.EPOCH));
  }

  private static World composed(String... needs) {
    World world = new World();
    world.declared(aSpec().needs(names(needs)).build()).described().says(Reports.of("m1"));
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  private Outlook outlook(World world) {
    Sight alone = world.sight();
    return Outlook.of(
        new Sight(
            alone.state(),
            alone.soft(),
            alone.fleet(),
            alone.journal(),
            alone.policy(),
            alone.now(),
            DependsDecider.reached(DependsDecider.needs(alone.state()), known)));
  }

  @Test
  void isReadyWhenItsPartsAre() {
    World world = composed("embed", "rerank");
    knows("embed", DeploymentPhase.READY);
    knows("rerank", DeploymentPhase.READY);

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.READY);
    assertThat(outlook(world).reason()).isEmpty();
  }

  @Test
  void saysWhichPartIsNotReady() {
    World world = composed("embed", "rerank");
    knows("embed", DeploymentPhase.READY);
    knows("rerank", DeploymentPhase.STARTING);

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(outlook(world).ready()).isEqualTo(1);
    assertThat(outlook(world).reason()).hasValue("its part rerank is STARTING");
  }

  @Test
  void aPartThatIsAwayKeepsItNotFromComingBack() {
    World world = composed("embed");
    InstanceId id = world.only();
    ModelName other = new ModelName("other");
    world.on(new SwapEvent.GaveWay(id, new MachineId("m1"), other, "it was idle", world.now));
    world.on(new InstanceEvent.InstanceStopping(id, "gave way to other", world.now));
    world.on(new InstanceEvent.InstanceEnded(id, false, "stopped", world.now));
    knows("embed", DeploymentPhase.PENDING);

    assertThat(outlook(world).returns()).isTrue();
  }

  @Test
  void isPendingWhileAPartIsNotThere() {
    World world = composed("embed", "rerank");
    knows("embed", DeploymentPhase.READY);
    knows("rerank", DeploymentPhase.ENDED);

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(outlook(world).reason()).hasValue("its part rerank is not deployed");
  }

  @Test
  void ofOneThatIsNotReadyItselfBothAreTold() {
    World world = new World();
    world.declared(aSpec().needs(names("embed")).build());

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.PENDING);
    assertThat(outlook(world).reason().orElseThrow())
        .contains("no machine has joined")
        .endsWith("its part embed is not deployed");
  }

  @Test
  void aPartMayBeAnAliasAndIsThenItsModel() {
    World world = composed("chat");
    alias("chat", "chat-v1");
    knows("chat-v1", DeploymentPhase.READY);
    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.READY);

    known.remove(new ModelName("chat-v1"));
    assertThat(outlook(world).reason()).hasValue("its part chat is not deployed");
  }

  @Test
  void refusesACircleWithTheCircle() {
    knows("a", DeploymentPhase.READY, "b");
    knows("b", DeploymentPhase.READY, "demo");

    Refused why = DependsDecider.circle(DEMO, names("a"), known).orElseThrow();

    assertThat(why.code()).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(why.message()).contains("demo -> a -> b -> demo");
    assertThat(DependsDecider.circle(DEMO, names("c"), known)).isEmpty();
    knows("b", DeploymentPhase.ENDED, "demo");
    assertThat(DependsDecider.circle(DEMO, names("a"), known)).isEmpty();
  }

  @Test
  void aCircleByWayOfAnAliasIsOneToo() {
    alias("chat", "demo");

    assertThat(DependsDecider.circle(DEMO, names("chat"), known).orElseThrow().message())
        .contains("demo -> chat -> demo");
  }

  @Test
  void aCircleThatCameAboutAtOnceIsToldByBoth() {
    World world = composed("a");
    knows("a", DeploymentPhase.READY, "demo");

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(outlook(world).reason().orElseThrow()).contains("demo -> a -> demo");
  }

  @Test
  void aPartInUseIsNeitherRemovedNorStopped() {
    World part = World.aReady();
    knows("agent", DeploymentPhase.READY, "demo");

    Refused removed = DependsDecider.removal(part.state, known).orElseThrow();
    Refused stopped = DependsDecider.stop(part.state, 0, known).orElseThrow();

    assertThat(removed.code()).isEqualTo(ErrorCode.IN_USE);
    assertThat(removed.message()).contains("a part of agent");
    assertThat(stopped.code()).isEqualTo(ErrorCode.IN_USE);
    assertThat(DependsDecider.stop(part.state, 2, known)).isEmpty();
    assertThat(DependsDecider.deploy(part.state, aSpec().replicas(0).build(), known)).isPresent();
  }

  @Test
  void aPartOfWhatIsStoppedMayBeStoppedTooAndOfWhatIsGoneRemoved() {
    World part = World.aReady();
    knows("agent", DeploymentPhase.STOPPED, "demo");
    assertThat(DependsDecider.stop(part.state, 0, known)).isEmpty();
    assertThat(DependsDecider.removal(part.state, known)).isPresent();

    knows("agent", DeploymentPhase.ENDED, "demo");
    assertThat(DependsDecider.removal(part.state, known)).isEmpty();
  }

  @Test
  void aPartIsInUseByAnAliasOfIt() {
    World part = World.aReady();
    alias("chat", "demo");
    assertThat(DependsDecider.removal(part.state, known)).isEmpty();

    knows("agent", DeploymentPhase.READY, "chat");
    assertThat(DependsDecider.removal(part.state, known).orElseThrow().message())
        .contains("a part of agent");
  }

  @Test
  void whatIsStoppedHasNoLackOfParts() {
    World world = new World();
    world.declared(aSpec().replicas(0).needs(names("embed")).build());

    assertThat(outlook(world).phase()).isEqualTo(DeploymentPhase.STOPPED);
    assertThat(outlook(world).reason()).isEmpty();
  }
}
