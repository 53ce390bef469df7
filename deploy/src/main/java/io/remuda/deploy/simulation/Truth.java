package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Observation.Assigned;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Obeyed;
import io.remuda.deploy.check.Observation.RecipeDeclared;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.deploy.check.Violation;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.model.DeploymentEvent.ModelDescribed;
import io.remuda.registry.model.DeploymentEvent.SchemaEvolved;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is really so, as nobody inside a fleet can see it at once: told to the checker. */
final class Truth {

  /** Gateways know of an instance that has been ready for so long at rest. */
  private static final Duration ROUTES_SETTLE = Duration.ofSeconds(10);

  private final World world;
  private final Map<ModelName, ModelState> states = new TreeMap<>();
  private final Map<InstanceId, Duration> readySince = new TreeMap<>();

  Truth(World world) {
    this.world = world;
  }

  void journaled(ModelName name, List<? extends JournalEvent> events) {
    ModelState state = states.computeIfAbsent(name, ModelState::empty);
    for (JournalEvent event : events) {
      ModelState next = state.on((ModelEvent) event);
      tell(state, next, (ModelEvent) event);
      state = next;
    }
    states.put(name, state);
  }

  private void tell(ModelState before, ModelState after, ModelEvent event) {
    if (before.live().isPresent() && after.live().isEmpty()) {
      world
          .story()
          .see(new DeploymentChanged(world.now(), after.name(), after.sequence(), Change.REMOVED));
    }
    world.leases().tenancy(before, after, event);
    world.moves().journaled(before, after, event);
    Optional<String> now = after.schema().map(Schema::fingerprint);
    if (now.isPresent() && !now.equals(before.schema().map(Schema::fingerprint))) {
      boolean evolved =
          event instanceof SchemaEvolved || (event instanceof ModelDescribed && before.evolving());
      world.story().see(new SchemaAccepted(world.now(), after.name(), now.get(), evolved));
    }
    after
        .live()
        .ifPresent(
            live ->
                world
                    .story()
                    .see(
                        new RecipeDeclared(
                            world.now(), after.name(), live.revision(), recipe(live.spec()))));
    if (event instanceof InstanceAssigned assigned) {
      world.story().see(new Assigned(world.now(), assigned.id(), assigned.machine()));
    }
  }

  /** A change of a deployment was answered, which came to this. */
  void accepted(ModelState state) {
    world
        .story()
        .see(
            state
                .live()
                .map(
                    live ->
                        new DeploymentChanged(
                            world.now(), state.name(), live.version(), Change.DEPLOYED))
                .orElseGet(
                    () ->
                        new DeploymentChanged(
                            world.now(), state.name(), state.sequence(), Change.REMOVED)));
  }

  /** All of a specification that makes another recipe. */
  static String recipe(ModelSpec spec) {
    return "%s %s %s %s %s %s"
        .formatted(
            spec.engine(),
            spec.resources(),
            spec.context(),
            spec.slots(),
            spec.arguments(),
            spec.antiAffinity());
  }

  /** A machine did as a command says. */
  void obeyed(MachineId machine, InstanceId id, long epoch) {
    world.story().see(new Obeyed(world.now(), machine, id, epoch));
  }

  void admitted(SimulatedInstance instance) {
    world
        .story()
        .see(
            new Size(
                world.now(),
                instance.id().toString(),
                "permits",
                instance.gate().inFlight(),
                instance.gate().slots()));
  }

  /** A request found nobody; at rest that may not be where an instance has long been ready. */
  void unanswered(ModelName model, String gateway) {
    open(model).stream()
        .filter(this::isLongReady)
        .findFirst()
        .ifPresent(
            idle ->
                world
                    .story()
                    .wrong(
                        new Violation(
                            Invariant.NO_UNDUE_FAILURE,
                            "%s found nobody for a request to %s, and %s is ready"
                                .formatted(gateway, model, idle),
                            List.of())));
  }

  private boolean isLongReady(InstanceId id) {
    Duration since = readySince.get(id);
    return since != null
        && since.plus(ROUTES_SETTLE).compareTo(world.now()) < 0
        && world.leases().isStill(id, ROUTES_SETTLE);
  }

  Deployments deployments() {
    Map<ModelName, Long> versions = new TreeMap<>();
    states.forEach(
        (name, state) -> state.live().ifPresent(live -> versions.put(name, live.version())));
    return new Deployments(world.now(), versions);
  }

  /** Everything, at this moment of rest; it is remembered since when instances are ready. */
  Sample sample() {
    Map<ModelName, ModelSample> models = new TreeMap<>();
    states.forEach((name, state) -> models.put(name, sample(state)));
    Map<MachineId, MachineSample> machines = new TreeMap<>();
    world.machines().forEach(machine -> machines.put(machine.id(), machine.sample()));
    Set<InstanceId> ready = new TreeSet<>();
    states.keySet().forEach(name -> ready.addAll(ready(name)));
    readySince.keySet().retainAll(ready);
    ready.forEach(id -> readySince.putIfAbsent(id, world.now()));
    return new Sample(world.now(), models, machines);
  }

  private ModelSample sample(ModelState state) {
    Map<InstanceId, MachineId> assigned = new TreeMap<>();
    state.instances().values().forEach(one -> assigned.put(one.id(), one.machine()));
    int ready = ready(state.name()).size();
    return new ModelSample(
        unlessMoving(state, wished(state, ready), ready), assigned, ready, pending(state));
  }

  /** Of a name that leases have or want some more may be there; one that moves is on its way. */
  private int unlessMoving(ModelState state, int wished, int ready) {
    if (world.moves().isMoving(state.name())) {
      return ready;
    }
    int most = wished + world.settings().registry().reconcile().lease().extra();
    boolean more = wished > 0 && ready > wished && ready <= most;
    return more && world.leases().concern(state.name()) ? ready : wished;
  }

  /** In a rollout one may be missing, or the surge be ready besides, at any moment. */
  private static int wished(ModelState state, int ready) {
    int wished = state.wanted();
    int surge = state.live().map(live -> live.spec().policies().rollout().surge()).orElse(0);
    boolean moving = ready >= wished - 1 && ready <= wished + surge;
    return wished > 0 && state.rollout().isPresent() && moving ? ready : wished;
  }

  /**
   * Whether one version of it takes another one's place, so that gateways hear of it for a while.
   */
  boolean isMoving(ModelName name) {
    return Optional.ofNullable(states.get(name)).flatMap(ModelState::rollout).isPresent();
  }

  Optional<ModelState> state(ModelName name) {
    return Optional.ofNullable(states.get(name));
  }

  /** Those that take everybody's requests, wherever they are. */
  List<InstanceId> open(ModelName name) {
    List<InstanceId> open = new ArrayList<>(ready(name));
    for (SimulatedMachine machine : world.machines()) {
      machine
          .life()
          .ifPresent(
              life ->
                  open.removeIf(
                      id ->
                          life.instance(id)
                              .filter(one -> one.tenure().lease().isPresent())
                              .isPresent()));
    }
    return open;
  }

  /** Those that are ready, wherever they are. */
  private List<InstanceId> ready(ModelName name) {
    return inPhase(name, Phase.READY);
  }

  private List<InstanceId> inPhase(ModelName name, Phase phase) {
    List<InstanceId> found = new ArrayList<>();
    for (SimulatedMachine machine : world.machines()) {
      machine.life().ifPresent(life -> life.inPhase(name, phase, found));
    }
    return found;
  }

  /** Why it waits: there is no room, or a pause after failures. */
  private Optional<String> pending(ModelState state) {
    if (!inPhase(state.name(), Phase.BACKOFF).isEmpty()) {
      return Optional.of("an engine waits to be started again");
    }
    return world
        .cluster()
        .present(state.name())
        .filter(Entity::isAlive)
        .flatMap(owner -> owner.outlook().reason())
        .filter(reason -> reason.contains("not placed: "))
        .filter(reason -> !reason.contains("asking a machine"));
  }

  List<ModelName> names() {
    return List.copyOf(states.keySet());
  }
}
