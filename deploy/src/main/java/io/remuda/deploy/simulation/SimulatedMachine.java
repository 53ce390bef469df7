package io.remuda.deploy.simulation;

import io.remuda.deploy.check.MoveSeen.EngineGone;
import io.remuda.deploy.check.MoveSeen.EngineUp;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.node.agent.CapacityLedger;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.KeptHold;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Gpu;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A machine: its disk and its engines, which outlive the JVM, and the JVM's present life. What is
 * not written when the JVM ends was never there.
 */
final class SimulatedMachine {

  private final World world;
  private final MachineId id;
  private final long memoryMiB;
  private final double cpus;
  private final List<Gpu> gpus;
  private final TreeMap<InstanceId, Kept> folders = new TreeMap<>();
  private final TreeMap<InstanceId, KeptHold> holds = new TreeMap<>();
  private final TreeSet<InstanceId> engines = new TreeSet<>();
  private Map<InstanceId, Tombstone> tombstones = Map.of();
  private Optional<JournalId> journal = Optional.empty();
  private Optional<AgentLife> life = Optional.empty();
  private long incarnation;

  SimulatedMachine(World world, String name) {
    this.world = world;
    this.id = new MachineId(name);
    int least = world.isNarrow() ? 1 : 4;
    this.memoryMiB = 1_000L * world.timeline().random().nextInt(least, 3 * least + 1);
    this.cpus = 16;
    this.gpus = world.timeline().chance(70) ? List.of(gpu(0), gpu(1)) : List.of();
    TreeMap<String, Long> sizes = new TreeMap<>();
    gpus.forEach(gpu -> sizes.put(gpu.uuid(), gpu.memoryTotalMiB()));
    world.story().see(new MachineSize(world.now(), id, memoryMiB, cpus, sizes));
  }

  private Gpu gpu(int index) {
    return new Gpu(
        index,
        id + "-" + index,
        "simulated",
        8_000,
        0,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        true,
        false);
  }

  MachineId id() {
    return id;
  }

  String name() {
    return id.value();
  }

  List<Gpu> gpus() {
    return gpus;
  }

  Optional<AgentLife> life() {
    return life;
  }

  boolean isUp() {
    return life.isPresent();
  }

  void start() {
    incarnation = Math.max(world.timeline().instant().toEpochMilli(), incarnation + 1);
    world.story().tell(name(), "starts");
    AgentLife next =
        new AgentLife(
            world, this, incarnation, journal, tombstones, CapacityLedger.of(memoryMiB, cpus));
    life = Optional.of(next);
    next.begin(
        folders.values().stream()
            .map(
                kept ->
                    new Kept(
                        kept.assignment(),
                        kept.restarts(),
                        Optional.ofNullable(holds.get(kept.assignment().id()))))
            .toList());
  }

  /** The JVM is gone; engines run on unless the whole machine went down. */
  void crash(boolean enginesToo) {
    world.story().tell(name(), enginesToo ? "loses its power" : "loses its JVM");
    life.ifPresent(
        gone ->
            gone.instances().stream()
                .filter(instance -> !folders.containsKey(instance))
                .forEach(
                    instance -> world.story().see(new InstanceStopped(world.now(), id, instance))));
    life.ifPresent(AgentLife::end);
    life = Optional.empty();
    if (enginesToo) {
      List.copyOf(engines).forEach(this::kill);
    }
  }

  void keep(Kept kept) {
    folders.put(kept.assignment().id(), kept);
  }

  /** What an instance has of its lease; one that is gone has nothing. */
  void keep(InstanceId instance, KeptHold hold) {
    if (folders.containsKey(instance)) {
      holds.put(instance, hold);
    }
  }

  void forget(InstanceId instance) {
    folders.remove(instance);
    holds.remove(instance);
  }

  /** What an agent wants to be found by the next one. */
  void save(Optional<JournalId> whose, Map<InstanceId, Tombstone> ended) {
    journal = whose;
    tombstones = ended;
  }

  boolean runs(InstanceId instance) {
    return engines.contains(instance);
  }

  void spawn(Assignment what) {
    engines.add(what.id());
    world.story().see(new EngineUp(world.now(), id, what.id(), what.claim(), what.gpuMiB()));
  }

  void kill(InstanceId instance) {
    if (engines.remove(instance)) {
      world.story().see(new EngineGone(world.now(), id, instance));
    }
  }

  /** Some engine that runs, if there is one. */
  Optional<InstanceId> anEngine() {
    return engines.isEmpty()
        ? Optional.empty()
        : engines.stream().skip(world.timeline().random().nextInt(engines.size())).findFirst();
  }

  MachineSample sample() {
    return new MachineSample(
        life.map(AgentLife::instances).orElse(List.of()), List.copyOf(engines));
  }
}
