package io.remuda.deploy.simulation;

import io.remuda.deploy.check.MoveSeen.GaveWay;
import io.remuda.deploy.check.MoveSeen.Left;
import io.remuda.deploy.check.MoveSeen.Placed;
import io.remuda.deploy.check.MoveSeen.Redeclared;
import io.remuda.deploy.check.MoveSeen.Scaled;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.ScaleEvent.Autoscaled;
import io.remuda.registry.model.SwapEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is really so of models that scale by themselves or give places away. */
final class MoveTruth {

  /** An instance comes or goes within so long of what was decided. */
  private static final Duration MOVES = Duration.ofSeconds(12);

  private final World world;
  private final Map<ModelName, Duration> movedAt = new HashMap<>();
  private final Map<ModelName, Set<InstanceId>> told = new HashMap<>();
  private final Set<MachineId> drained = new HashSet<>();

  /** When a name last made room for its own sake, so that another one may find a place. */
  private final Map<ModelName, Duration> roomMadeAt = new HashMap<>();

  MoveTruth(World world) {
    this.world = world;
  }

  /** Since it was told to drain until it takes instances again. */
  void draining(MachineId machine, boolean draining) {
    if (draining) {
      drained.add(machine);
    } else {
      drained.remove(machine);
    }
  }

  void journaled(ModelState before, ModelState after, ModelEvent event) {
    ModelName name = after.name();
    if (event instanceof InstanceAssigned && hasRoomOfAnother(name)) {
      moved(name);
    }
    if (makesRoom(before, event)) {
      roomMadeAt.put(name, world.now());
    }
    if (event instanceof Autoscaled scaled) {
      moved(name);
      int first = after.scaling().map(bounds -> Math.max(1, bounds.min())).orElse(1);
      world.story().see(new Scaled(world.now(), name, scaled.from(), scaled.to(), first));
    } else if (event instanceof SwapEvent.GaveWay gave) {
      moved(name);
      moved(gave.to());
      boolean pinned =
          before.live().filter(now -> now.spec().policies().keep().pinned()).isPresent();
      world.story().see(new GaveWay(world.now(), gave.id(), gave.to(), pinned));
    } else if (before.wanted() != after.wanted()
        || after.rollout().isPresent()
        || world.leases().concern(name)) {
      world.story().see(new Redeclared(world.now(), name));
    }
    if (after.scaling().isPresent()) {
      tell(after);
    } else {
      told.remove(name);
    }
  }

  /**
   * Whether a place comes free though nothing broke: one fewer is needed, one gives way, whoever is
   * there first, or a rollout stops one, whose next recipe may need less than it had.
   */
  private static boolean makesRoom(ModelState before, ModelEvent event) {
    return event instanceof Autoscaled scaled && scaled.to() < scaled.from()
        || event instanceof SwapEvent.GaveWay
        || before.rollout().isPresent() && leavesAsWished(before, event);
  }

  /** One that fails, or ends untold, makes no room: another one is missing then. */
  private static boolean leavesAsWished(ModelState before, ModelEvent event) {
    return event instanceof InstanceStopping
        || event instanceof InstanceEnded ended
            && !ended.failed()
            && Optional.ofNullable(before.instances().get(ended.id()))
                .filter(Instance::stopping)
                .isPresent();
  }

  /** A name's own room excuses nothing of it: that one it has yet to fill. */
  private boolean hasRoomOfAnother(ModelName name) {
    return roomMadeAt.entrySet().stream()
        .anyMatch(made -> !made.getKey().equals(name) && isLately(Optional.of(made.getValue())));
  }

  private void tell(ModelState state) {
    Set<InstanceId> was = told.getOrDefault(state.name(), Set.of());
    Set<InstanceId> now = staying(state);
    told.put(state.name(), now);
    was.stream()
        .filter(id -> !now.contains(id))
        .forEach(id -> world.story().see(new Left(world.now(), id)));
    now.stream()
        .filter(id -> !was.contains(id))
        .forEach(id -> world.story().see(new Placed(world.now(), id)));
  }

  /**
   * One that is on a machine that is being drained has another one in its place before it stops.
   */
  private Set<InstanceId> staying(ModelState state) {
    return state.instances().values().stream()
        .filter(instance -> !instance.stopping() && !drained.contains(instance.machine()))
        .map(instance -> instance.id())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void moved(ModelName name) {
    movedAt.put(name, world.now());
  }

  /** Whether it changed its own number lately, or found a place that another one has left. */
  boolean isMoving(ModelName name) {
    return isLately(Optional.ofNullable(movedAt.get(name)));
  }

  private boolean isLately(Optional<Duration> last) {
    return last.filter(at -> at.plus(MOVES).compareTo(world.now()) > 0).isPresent();
  }
}
