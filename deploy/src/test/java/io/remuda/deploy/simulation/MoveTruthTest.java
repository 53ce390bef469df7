package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.RolloutEvent.RolloutBegun;
import io.remuda.registry.model.SwapEvent.GaveWay;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A name that finds a place which another one has just left is on its way, and not missing. */
class MoveTruthTest {

  private static final ModelName WAITING = new ModelName("waiting");
  private static final MachineId MACHINE = new MachineId("machine1");
  private static final InstanceId OLD = InstanceId.of("other-2");

  private final World world = new World(SimulationSettings.load(), 1, Plant.NONE);
  private ModelState other = ModelState.empty(OLD.model());

  @Test
  void oneThatIsPlacedWhereARolloutHasStoppedOneIsOnItsWay() {
    serves();
    begins();
    tell(new InstanceStopping(OLD, "version 3 takes its place", now()));

    place();

    assertThat(world.moves().isMoving(WAITING)).isTrue();
  }

  @Test
  void oneThatIsPlacedWhereAnotherGaveWayToAThirdOneIsOnItsWay() {
    serves();
    tell(new GaveWay(OLD, MACHINE, new ModelName("third"), "it was idle", now()));

    place();

    assertThat(world.moves().isMoving(WAITING)).isTrue();
  }

  @Test
  void oneThatIsPlacedThoughNothingWentForItsSakeIsMissing() {
    serves();

    place();

    assertThat(world.moves().isMoving(WAITING)).isFalse();
  }

  @Test
  void oneThatIsPlacedWhereOneFailedDuringARolloutIsMissing() {
    serves();
    begins();
    tell(new InstanceEnded(OLD, true, "it broke", now()));

    place();

    assertThat(world.moves().isMoving(WAITING)).isFalse();
  }

  @Test
  void oneThatIsPlacedWhereOneEndedUntoldDuringARolloutIsMissing() {
    serves();
    begins();
    tell(new InstanceEnded(OLD, false, "it ended by itself", now()));

    place();

    assertThat(world.moves().isMoving(WAITING)).isFalse();
  }

  /** It was told to stop long before, and had requests to finish. */
  @Test
  void oneThatIsPlacedWhereOneHasEndedThatARolloutStoppedIsOnItsWay() {
    serves();
    begins();
    other = other.on(new InstanceStopping(OLD, "version 3 takes its place", now()));
    tell(new InstanceEnded(OLD, false, "it was stopped", now()));

    place();

    assertThat(world.moves().isMoving(WAITING)).isTrue();
  }

  @Test
  void theNextOneOfTheNameWhoseRolloutStoppedOneIsBoundToItsSteps() {
    serves();
    begins();
    tell(new InstanceStopping(OLD, "version 3 takes its place", now()));

    tell(assigned(InstanceId.of("other-4")));

    assertThat(world.moves().isMoving(OLD.model())).isFalse();
  }

  private void begins() {
    tell(new RolloutBegun(spec(OLD.model()).withArguments(Map.of("a", "b")), now()));
  }

  private void serves() {
    tell(new DeploymentDeclared(spec(OLD.model()), now()));
    tell(assigned(OLD));
  }

  private void place() {
    ModelState before = ModelState.empty(WAITING).on(new DeploymentDeclared(spec(WAITING), now()));
    InstanceAssigned event = assigned(new InstanceId(WAITING, 2));
    world.moves().journaled(before, before.on(event), event);
  }

  private void tell(ModelEvent event) {
    ModelState after = other.on(event);
    world.moves().journaled(other, after, event);
    other = after;
  }

  private InstanceAssigned assigned(InstanceId id) {
    return new InstanceAssigned(id, MACHINE, Resources.NONE, Origin.ASSIGNED, now());
  }

  private Instant now() {
    return world.timeline().instant();
  }

  private static ModelSpec spec(ModelName name) {
    return ModelSpec.of(name, "simulated", Optional.empty());
  }
}
