package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.AssignmentsTold;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.model.RegistryMessage.Look;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** All parts of one simulated fleet, each of which finds the others here. */
final class World {

  static final JournalId JOURNAL = new JournalId("simulated");
  static final RegistryProtocol.Command LOOK = Look.NOW;
  private static final int MOST_MACHINES = 8;
  private static final int MOST_HOLDERS = 3;
  private static final int NARROW_PERCENT = 30;

  private final SimulationSettings settings;
  private final Plant plant;
  private final Timeline timeline;
  private final Story story;
  private final Network network;
  private final Journal journal;
  private final Models models;
  private final Cluster cluster;
  private final Truth truth;
  private final LeaseTruth leases;
  private final MoveTruth moves;
  private final List<RegistryShell> registries;
  private final List<SimulatedMachine> machines;
  private final List<GatewayShell> gateways;
  private final List<Holder> holders;
  private final boolean narrow;

  World(SimulationSettings settings, long seed, Plant plant) {
    this.settings = settings;
    this.plant = plant;
    this.timeline = new Timeline(seed);
    this.story = new Story(timeline);
    this.network = new Network(timeline, story);
    this.journal = new Journal(story, plant != Plant.TWO_COMMITS);
    this.models = new Models(timeline.random());
    this.cluster = new Cluster(this);
    this.truth = new Truth(this);
    this.leases = new LeaseTruth(this);
    this.moves = new MoveTruth(this);
    this.registries =
        IntStream.rangeClosed(1, timeline.chance(30) ? 1 : 3)
            .mapToObj(i -> new RegistryShell(this, "registry" + i))
            .toList();
    this.narrow = timeline.chance(NARROW_PERCENT);
    this.machines =
        IntStream.rangeClosed(1, timeline.random().nextInt(1, MOST_MACHINES + 1))
            .mapToObj(i -> new SimulatedMachine(this, "machine" + i))
            .toList();
    this.gateways =
        IntStream.rangeClosed(1, timeline.chance(50) ? 1 : 2)
            .mapToObj(i -> new GatewayShell(this, "gateway" + i))
            .toList();
    this.holders =
        IntStream.rangeClosed(1, Math.max(0, timeline.random().nextInt(-2, MOST_HOLDERS + 1)))
            .mapToObj(i -> new Holder(this, "holder" + i))
            .toList();
  }

  void start() {
    story.see(new AssignmentsTold(now()));
    registries.forEach(RegistryShell::start);
    machines.forEach(SimulatedMachine::start);
    gateways.forEach(GatewayShell::start);
    holders.forEach(Holder::start);
  }

  SimulationSettings settings() {
    return settings;
  }

  Plant plant() {
    return plant;
  }

  Timeline timeline() {
    return timeline;
  }

  Duration now() {
    return timeline.elapsed();
  }

  Story story() {
    return story;
  }

  Network network() {
    return network;
  }

  Journal journal() {
    return journal;
  }

  Models models() {
    return models;
  }

  Cluster cluster() {
    return cluster;
  }

  Truth truth() {
    return truth;
  }

  LeaseTruth leases() {
    return leases;
  }

  /** Whether machines are so small that models want each other's places. */
  boolean isNarrow() {
    return narrow;
  }

  MoveTruth moves() {
    return moves;
  }

  List<Holder> holders() {
    return holders;
  }

  List<RegistryShell> registries() {
    return registries;
  }

  List<SimulatedMachine> machines() {
    return machines;
  }

  List<GatewayShell> gateways() {
    return gateways;
  }

  RegistryShell registry(String name) {
    for (RegistryShell one : registries) {
      if (one.name().equals(name)) {
        return one;
      }
    }
    throw new IllegalArgumentException("there is no " + name);
  }

  SimulatedMachine machine(MachineId id) {
    for (SimulatedMachine one : machines) {
      if (one.id().equals(id)) {
        return one;
      }
    }
    throw new IllegalArgumentException("there is no " + id);
  }
}
