package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a name that scales by itself sleeps, wakes, grows and shrinks. */
class ScaleDeciderTest {

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final Scaling SLEEPER = new Scaling(0, 4, Optional.of(IDLE), 1, Optional.empty());
  private static final Scaling BUSY = new Scaling(1, 4, Optional.empty(), 1, Optional.empty());

  private World world = aReady(SLEEPER);

  private static World aReady(Scaling scaling) {
    World world =
        new World()
            .declared(aSpec().scaling(scaling).build())
            .described()
            .says(Reports.of("m1").memory(64_000, 0));
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  @Test
  void fallsAsleepWhenNobodyHasAskedForLong() {
    says(0, IDLE.minusSeconds(1));
    assertThat(world.look().events()).isEmpty();

    says(0, IDLE);
    List<ModelEvent> events = world.look().events();

    assertThat(events).hasSize(2);
    assertThat(events.get(0))
        .isInstanceOfSatisfying(Autoscaled.class, slept -> assertThat(slept.to()).isZero());
    assertThat(events.get(1)).isInstanceOf(InstanceStopping.class);
    assertThat(world.outlook().phase()).isEqualTo(DeploymentPhase.STOPPED);
    assertThat(world.outlook().reason())
        .hasValueSatisfying(why -> assertThat(why).contains("asleep"));
  }

  @Test
  void fallsAsleepThoughOneThatIsWantedHasNoPlace() {
    world.on(new Autoscaled(world.state.name(), 1, 2, "load", 9, 4, world.now));
    says(0, IDLE);

    assertThat(ScaleDecider.view(world.sight()).orElseThrow().target()).isEqualTo(2);
    Round round = new Round(world.sight());
    ScaleDecider.follow(round);

    assertThat(round.plan().events())
        .singleElement()
        .isInstanceOfSatisfying(Autoscaled.class, slept -> assertThat(slept.to()).isZero());
  }

  @Test
  void staysAwakeWhileItIsRolledOut() {
    ModelSpec now = world.state.live().orElseThrow().spec();
    world.on(new RolloutEvent.RolloutBegun(now.withArguments(Map.of("a", "b")), world.now));
    says(0, IDLE);
    Round round = new Round(world.sight());

    ScaleDecider.follow(round);

    assertThat(round.plan().events()).isEmpty();
  }

  @Test
  void staysAwakeWhileAnybodyWaits() {
    says(0, IDLE);
    world.demands = Map.of(world.state.name(), demand(1, 0));

    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void whatALeaseHasServesNobodyElseAndIsReplaced() {
    world.on(new TenancyEvent.InstanceLeased(world.only(), new LeaseId("a"), 900, world.now));
    says(2, Duration.ZERO);
    world.look();
    assertThat(world.state.wanted()).as("its holder's requests ask for nothing").isEqualTo(1);

    world.demands = Map.of(world.state.name(), demand(1, 0));
    for (int i = 0; i < 5; i++) {
      world.later(Duration.ofSeconds(1)).look();
    }

    assertThat(world.state.wanted()).isEqualTo(2);
    assertThat(world.instances()).hasSize(2);
  }

  @Test
  void staysAwakeWhileTasksWait() {
    says(0, IDLE);
    world.demands = Map.of(world.state.name(), demand(0, 1));

    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void staysAwakeWhereNobodySaysHowLongItWasIdle() {
    world.runsAll("m1", Phase.READY);

    assertThat(world.later(IDLE.multipliedBy(10)).look().events()).isEmpty();
  }

  @Test
  void wakesOnceHoweverManyAsk() {
    asleep();

    Plan first = wanted(30);
    Plan second = wanted(20);
    List<ModelEvent> placed = world.look().events();

    assertThat(first.events()).singleElement().isInstanceOf(Autoscaled.class);
    assertThat(second.events()).isEmpty();
    assertThat(placed).singleElement().isInstanceOf(InstanceAssigned.class);
    assertThat(wanted(50).events()).isEmpty();
    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void wakesForTasksAndForWhatAGatewaySaysAgain() {
    asleep();
    world.demands = Map.of(world.state.name(), demand(0, 1));

    assertThat(world.look().events())
        .hasSize(2)
        .first()
        .isInstanceOfSatisfying(Autoscaled.class, woken -> assertThat(woken.to()).isEqualTo(1));
  }

  @Test
  void whatAnOperatorHasStoppedIsNotWoken() {
    asleep();
    world.on(new DeploymentScaled(world.state.name(), 0, world.now));
    world.demands = Map.of(world.state.name(), demand(3, 3));

    assertThat(wanted(5).events()).isEmpty();
    assertThat(world.look().events()).isEmpty();
    assertThat(world.outlook().reason()).isEmpty();
  }

  @Test
  void anOperatorWakesItByScalingIt() {
    asleep();

    Decision decision = ModelDecider.scale(world.state, 1, world.now);
    world.state = world.state.on(decision.events());

    assertThat(world.state.wanted()).isEqualTo(1);
  }

  @Test
  void growsWhenItsLoadLasts() {
    world = aReady(BUSY);
    world.demands = Map.of(world.state.name(), demand(20, 0));
    says(4, Duration.ZERO);
    world.look();
    assertThat(world.state.wanted()).isEqualTo(1);

    for (int i = 0; i < 4; i++) {
      world.later(Duration.ofSeconds(1)).look();
    }

    assertThat(world.state.wanted()).isEqualTo(2);
    assertThat(world.instances()).hasSize(2);
  }

  @Test
  void growsWhenFirstTokensAreLateThoughNobodyWaits() {
    Duration late = Duration.ofMillis(900);
    Duration declared = Duration.ofMillis(800);
    world = aReady(new Scaling(1, 4, Optional.empty(), 1, Optional.of(declared)));
    says(1, Duration.ZERO);

    firstTokensAfter(declared);
    assertThat(world.state.wanted()).as("just in time").isEqualTo(1);
    firstTokensAfter(late);

    assertThat(world.state.wanted()).isEqualTo(2);
    assertThat(world.instances()).hasSize(2);
    assertThat(ScaleDecider.view(world.sight()).orElseThrow().reason())
        .contains("0 waiting, first tokens after 900 ms");
  }

  @Test
  void lateFirstTokensAskForNothingWhereNobodyHasSaidHowLateTheyMayBe() {
    world = aReady(BUSY);
    says(1, Duration.ZERO);

    firstTokensAfter(Duration.ofSeconds(9));

    assertThat(world.state.wanted()).isEqualTo(1);
  }

  /** For longer than what a load must last, with nobody in any queue. */
  private void firstTokensAfter(Duration ttft) {
    world.demands =
        Map.of(world.state.name(), new ModelDemand(world.state.name(), 0, 0, Optional.of(ttft)));
    for (int i = 0; i < 5; i++) {
      world.later(Duration.ofSeconds(1)).look();
    }
  }

  @Test
  void anOperatorsNumberHoldsUntilTheLoadWasLessForLong() {
    world = aReady(BUSY);
    world.on(new DeploymentScaled(world.state.name(), 3, world.now));
    world.soft = world.soft.forRecipe();
    world.look();
    for (int i = 0; i < 59; i++) {
      says(0, Duration.ZERO);
      world.later(Duration.ofSeconds(1)).look();
    }
    assertThat(world.state.wanted()).isEqualTo(3);

    for (int i = 0; i < 3; i++) {
      says(0, Duration.ZERO);
      world.later(Duration.ofSeconds(1)).look();
    }

    assertThat(world.state.wanted()).isLessThan(3);
  }

  @Test
  void aNumberBeyondTheBoundsIsRefused() {
    assertThat(ModelDecider.scale(world.state, 5, world.now).refused())
        .hasValueSatisfying(
            why -> {
              assertThat(why.code()).isEqualTo(ErrorCode.INVALID_SPEC);
              assertThat(why.message()).contains("between 0 and 4");
            });
  }

  @Test
  void anotherRecipeKeepsTheNumberThatTheLoadAskedFor() {
    world = aReady(BUSY);
    world.on(new Autoscaled(world.state.name(), 1, 3, "load", 9, 4, world.now));
    ModelSpec now = world.state.live().orElseThrow().spec();

    world.on(new DeploymentChanged(now.withArguments(Map.of("a", "b")), world.now));

    assertThat(world.state.wanted()).isEqualTo(3);
  }

  @Test
  void otherBoundsHoldAtOnce() {
    world = aReady(BUSY);
    world.on(new Autoscaled(world.state.name(), 1, 4, "load", 9, 4, world.now));
    Scaling narrower = new Scaling(1, 2, Optional.empty(), 1, Optional.empty());

    world.on(new DeploymentChanged(aSpec().scaling(narrower).build(), world.now));

    assertThat(world.state.wanted()).isEqualTo(2);
  }

  @Test
  void withoutBoundsAnOperatorsNumberHoldsAlone() {
    world = aReady(BUSY);
    world.on(new Autoscaled(world.state.name(), 1, 4, "load", 9, 4, world.now));

    world.on(new DeploymentChanged(aSpec().build(), world.now));

    assertThat(world.state.wanted()).isEqualTo(1);
  }

  private void asleep() {
    says(0, IDLE);
    world.look();
    for (InstanceId id : world.instances()) {
      world.on(new InstanceEvent.InstanceEnded(id, false, "stopped", world.now));
    }
    world.says(Reports.of("m1").memory(64_000, 0));
    assertThat(world.state.sleeps()).isTrue();
  }

  private Plan wanted(int waiting) {
    Plan plan = ScaleDecider.wanted(world.sight(), waiting);
    world.soft = plan.soft();
    world.state = world.state.on(plan.events());
    return plan;
  }

  private ModelDemand demand(int waiting, int tasks) {
    return new ModelDemand(world.state.name(), waiting, tasks, Optional.empty());
  }

  /** Its machine runs all that is assigned to it, with so many requests each, idle for so long. */
  private void says(int inFlight, Duration idle) {
    Reports report = Reports.of("m1").memory(64_000, 0);
    world.instances().forEach(id -> report.with(Reports.serving(id, inFlight, idle)));
    world.says(report);
  }
}
