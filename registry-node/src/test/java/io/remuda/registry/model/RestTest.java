package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.NameClosed;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When nothing is left to do for a name. */
class RestTest {

  private static final ModelName DEMO = new ModelName("demo");
  private static final ModelName OTHER = new ModelName("other");
  private static final Duration CLOSE_AFTER = Duration.ofMinutes(10);
  private static final Map<ModelName, Listing> NOBODY = Map.of();

  /** More than an owner has when it ends. */
  private static final int LOOKS = 100;

  private World world = new World();
  private Rest rest = Rest.NONE;

  @Test
  void aNameThatIsDeclaredStays() {
    world.declared(aSpec().replicas(0).build());

    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);
  }

  @Test
  void aRemovedNameIsClosedAfterSoLongAndThenEnds() {
    removed();

    assertThat(look(NOBODY)).isEqualTo(Rest.Step.STAY);
    world.later(CLOSE_AFTER.minusMillis(1));
    assertThat(look(NOBODY)).isEqualTo(Rest.Step.STAY);
    world.later(Duration.ofMillis(1));
    assertThat(look(NOBODY)).isEqualTo(Rest.Step.CLOSE);

    world.on(new NameClosed(DEMO, world.now));
    rest = Rest.NONE;
    assertThat(look(NOBODY)).as("whoever read it back stays for a while").isEqualTo(Rest.Step.STAY);
    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.END);
  }

  @Test
  void notWhileAnInstanceOfItHasNotEnded() {
    world = World.aReady();
    world.on(new DeploymentRemoved(DEMO, world.now));
    world.look();

    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);

    world.says(Reports.of("m1"));
    world.on(new InstanceEvent.InstanceEnded(world.only(), false, "it was stopped", world.now));
    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.CLOSE);
  }

  @Test
  void notWhileAMachineRunsWhatNoEventPlaced() {
    removed();
    world.says(Reports.of("m1").running("demo-77", Phase.READY));
    world.look();

    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);
  }

  @Test
  void notWhileALeaseWantsIt() {
    removed();
    world.soft =
        world.soft.with(
            Claims.NONE.with(
                new Claims.Claim(
                    new LeaseId("9f3a61"),
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    world.now,
                    world.now)));

    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);
  }

  @Test
  void notWhileAnAliasStandsForIt() {
    removed();

    assertThat(afterHours(alias(DeploymentPhase.READY))).isEqualTo(Rest.Step.STAY);
    assertThat(afterHours(alias(DeploymentPhase.ENDED))).isEqualTo(Rest.Step.CLOSE);
  }

  @Test
  void anAliasIsClosedOnceItIsRemoved() {
    world.on(new AliasEvent.AliasSet(DEMO, OTHER, world.now));
    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);

    world.on(new AliasEvent.AliasRemoved(DEMO, world.now));

    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.CLOSE);
  }

  @Test
  void theTimeBeginsAnewWithEachThatWasNeededMeanwhile() {
    removed();
    look(NOBODY);
    world.later(CLOSE_AFTER.dividedBy(2)).declared(aSpec().replicas(0).build());
    look(NOBODY);
    world.on(new DeploymentRemoved(DEMO, world.now)).later(CLOSE_AFTER.dividedBy(2));

    assertThat(look(NOBODY)).isEqualTo(Rest.Step.STAY);
  }

  @Test
  void whateverHappensToAClosedNameOpensIt() {
    removed();
    world.on(new NameClosed(DEMO, world.now));
    assertThat(world.state.closed()).isTrue();

    world.declared(aSpec().replicas(0).build());

    assertThat(world.state.closed()).isFalse();
    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.STAY);
  }

  @Test
  void aNameThatNeverWasEndsWithoutBeingClosed() {
    assertThat(look(NOBODY)).isEqualTo(Rest.Step.STAY);
    assertThat(afterHours(NOBODY)).isEqualTo(Rest.Step.END);
  }

  private void removed() {
    world.declared(aSpec().replicas(0).build()).on(new DeploymentRemoved(DEMO, world.now));
  }

  private Rest.Step afterHours(Map<ModelName, Listing> known) {
    for (int i = 0; i < LOOKS; i++) {
      rest = rest.after(world.later(Duration.ofMinutes(2)).sight());
    }
    return rest.step(world.sight(), CLOSE_AFTER, known);
  }

  private Rest.Step look(Map<ModelName, Listing> known) {
    rest = rest.after(world.sight());
    return rest.step(world.sight(), CLOSE_AFTER, known);
  }

  private Map<ModelName, Listing> alias(DeploymentPhase phase) {
    return Map.of(OTHER, Listing.ofAlias(OTHER, 1, 1, phase, Optional.of(DEMO), world.now));
  }
}
