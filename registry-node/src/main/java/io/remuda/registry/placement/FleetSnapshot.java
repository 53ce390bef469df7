package io.remuda.registry.placement;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.NodeReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The fleet as one registry node sees it at a moment: immutable, without any way to reach anybody.
 *
 * @param watching for how long this registry node has been looking
 * @param braked whether so many machines vanished at once that nothing is given up for now
 * @param confirmed silent machines of which an operator said that they are gone for good
 * @param demands what gateways' clients ask for, of those models for which they ask anything
 * @param keeps what may take models' places from them, of those of which it is known
 * @param spares how many instances models have for their next lease alone, of those that have any
 */
public record FleetSnapshot(
    Duration watching,
    boolean braked,
    Set<MachineId> confirmed,
    Map<MachineId, Machine> machines,
    Map<ModelName, ModelDemand> demands,
    Map<ModelName, Keep> keeps,
    Map<ModelName, Integer> spares) {

  public static final FleetSnapshot EMPTY =
      new FleetSnapshot(Duration.ZERO, false, Set.of(), Map.of(), Map.of(), Map.of(), Map.of());

  /**
   * One machine.
   *
   * @param reachable whether it is a member of the cluster that answers
   * @param draining whether an operator wants it empty
   * @param drainingGpus UUIDs of its GPUs that an operator wants empty
   * @param silence since its agent was last heard
   * @param unanswered age of the oldest ping that it has not answered; zero when there is none
   */
  public record Machine(
      boolean reachable,
      boolean draining,
      Set<String> drainingGpus,
      Duration silence,
      Duration unanswered,
      NodeReport report) {

    public Machine {
      drainingGpus = Set.copyOf(drainingGpus);
    }

    /** One of which no GPU alone is being drained. */
    public Machine(
        boolean reachable,
        boolean draining,
        Duration silence,
        Duration unanswered,
        NodeReport report) {
      this(reachable, draining, Set.of(), silence, unanswered, report);
    }

    /** The same, as if it had said {@code other}. */
    public Machine saying(NodeReport other) {
      return new Machine(reachable, draining, drainingGpus, silence, unanswered, other);
    }

    /** Whether an operator wants {@code id} away from it, or from a GPU of it. */
    public boolean drains(InstanceId id) {
      return draining
          || !drainingGpus.isEmpty()
              && instance(id)
                  .map(there -> !Collections.disjoint(there.gpus(), drainingGpus))
                  .orElse(false);
    }

    public MachineId id() {
      return report.machine();
    }

    /** Whether its words may be taken as the present. */
    public boolean fresh(Duration limit) {
      return reachable && silence.compareTo(limit) <= 0 && unanswered.compareTo(limit) <= 0;
    }

    /** Whether it obeys {@code journal}, or nobody yet. */
    public boolean obeys(JournalId journal) {
      return report.journal().isEmpty() || report.journal().get().equals(journal);
    }

    public Optional<InstanceReport> instance(InstanceId id) {
      for (InstanceReport instance : report.instances()) {
        if (instance.id().equals(id)) {
          return Optional.of(instance);
        }
      }
      return Optional.empty();
    }
  }

  public FleetSnapshot {
    confirmed = Set.copyOf(confirmed);
    machines = Collections.unmodifiableMap(new TreeMap<>(machines));
    demands = Map.copyOf(demands);
    keeps = Map.copyOf(keeps);
    spares = Map.copyOf(spares);
  }

  public static FleetSnapshot of(Duration watching, boolean braked, Collection<Machine> machines) {
    return of(watching, braked, Set.of(), machines);
  }

  public static FleetSnapshot of(
      Duration watching, boolean braked, Set<MachineId> confirmed, Collection<Machine> machines) {
    TreeMap<MachineId, Machine> byId = new TreeMap<>();
    machines.forEach(machine -> byId.put(machine.id(), machine));
    return new FleetSnapshot(watching, braked, confirmed, byId, Map.of(), Map.of(), Map.of());
  }

  /** The same fleet, and what gateways say that is asked of it. */
  public FleetSnapshot with(Map<ModelName, ModelDemand> asked) {
    return new FleetSnapshot(watching, braked, confirmed, machines, asked, keeps, spares);
  }

  /** The same fleet, and what models say that may take their places from them. */
  public FleetSnapshot keeping(Map<ModelName, Keep> said) {
    return new FleetSnapshot(watching, braked, confirmed, machines, demands, said, spares);
  }

  /** The same fleet, and how many instances models say that they have for the next lease alone. */
  public FleetSnapshot sparing(Map<ModelName, Integer> said) {
    return new FleetSnapshot(watching, braked, confirmed, machines, demands, keeps, said);
  }

  /** How many instances {@code model} says that it has for the next lease alone. */
  public int spare(ModelName model) {
    return spares.getOrDefault(model, 0);
  }

  /** What may take a place from {@code model}; empty where that is not known here. */
  public Optional<Keep> keep(ModelName model) {
    return Optional.ofNullable(keeps.get(model));
  }

  /** The same fleet with {@code machine} as it is given. */
  public FleetSnapshot with(Machine machine) {
    Map<MachineId, Machine> all = new TreeMap<>(machines);
    all.put(machine.id(), machine);
    return new FleetSnapshot(watching, braked, confirmed, all, demands, keeps, spares);
  }

  /** What gateways' clients ask of {@code model}. */
  public ModelDemand demand(ModelName model) {
    return demands.getOrDefault(model, ModelDemand.none(model));
  }

  public Optional<Machine> machine(MachineId id) {
    return Optional.ofNullable(machines.get(id));
  }

  /** For how long nothing is known of {@code id}; one never seen counts from our own start. */
  public Duration silenceOf(MachineId id) {
    return machine(id).map(Machine::silence).orElse(watching);
  }

  /** What machines say of instances of {@code model}, with the machine that says it. */
  public List<Map.Entry<Machine, InstanceReport>> reportsOf(ModelName model) {
    List<Map.Entry<Machine, InstanceReport>> reports = new ArrayList<>();
    for (Machine machine : machines.values()) {
      for (InstanceReport instance : machine.report().instances()) {
        if (instance.id().model().equals(model)) {
          reports.add(Map.entry(machine, instance));
        }
      }
    }
    return reports;
  }
}
