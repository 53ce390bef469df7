package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.placement.Need;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was decided, seen together with what machines say: the one place where hard and soft state
 * meet to tell how an instance fares.
 *
 * @param parts what the catalog says of the deployments that this one is made of, and of what those
 *     are made of
 */
public record Sight(
    ModelState state,
    SoftState soft,
    FleetSnapshot fleet,
    JournalId journal,
    ReconcilePolicy policy,
    Instant now,
    Map<ModelName, Listing> parts) {

  public Sight {
    parts = Map.copyOf(parts);
  }

  /** Of a deployment that is made of nothing else. */
  public Sight(
      ModelState state,
      SoftState soft,
      FleetSnapshot fleet,
      JournalId journal,
      ReconcilePolicy policy,
      Instant now) {
    this(state, soft, fleet, journal, policy, now, Map.of());
  }

  Sight with(ModelState nextState, SoftState nextSoft) {
    return new Sight(nextState, nextSoft, fleet, journal, policy, now, parts);
  }

  /** The same over another fleet. */
  Sight over(FleetSnapshot other) {
    return new Sight(state, soft, other, journal, policy, now, parts);
  }

  /** The same at another time. */
  Sight at(Instant other) {
    return new Sight(state, soft, fleet, journal, policy, other, parts);
  }

  /** The same, made of other deployments. */
  Sight madeOf(Map<ModelName, Listing> others) {
    return new Sight(state, soft, fleet, journal, policy, now, others);
  }

  Optional<InstanceReport> report(Instance instance) {
    return fleet.machine(instance.machine()).flatMap(machine -> machine.instance(instance.id()));
  }

  Phase phase(Instance instance) {
    Optional<Machine> machine = fleet.machine(instance.machine());
    Optional<InstanceReport> report = report(instance);
    if (machine.isEmpty() || !machine.get().fresh(policy.suspectAfter())) {
      // A registry node that has just started has not heard anybody yet: that is no suspicion.
      boolean young = fleet.watching().compareTo(policy.suspectAfter()) <= 0;
      boolean everRan = instance.readyAt().isPresent() || report.isPresent();
      return everRan && !young ? Phase.SUSPECT : report.map(r -> r.phase()).orElse(Phase.ASSIGNED);
    }
    if (instance.stopping()) {
      return Phase.DRAINING;
    }
    return report.map(InstanceReport::phase).orElse(Phase.ASSIGNED);
  }

  boolean ready(Instance instance) {
    return !instance.stopping() && phase(instance).takesWork();
  }

  /** Instances of the recipe that all are to be of, and that are meant to stay. */
  List<Instance> current() {
    return current(state.goal());
  }

  /** Instances of one recipe that are meant to stay. */
  List<Instance> current(long revision) {
    return state.instances().values().stream()
        .filter(instance -> !instance.stopping() && instance.revision() == revision)
        .toList();
  }

  /** The same, and those that serve until one of them takes their place. */
  List<Instance> counted() {
    return state.rollout().isEmpty()
        ? current()
        : state.instances().values().stream().filter(instance -> !instance.stopping()).toList();
  }

  /** Whether a lease has the whole of it, so that it takes nobody else's requests. */
  boolean leasedWhole(Instance instance) {
    return state.tenancy().hasWhole(instance.id());
  }

  /** How many requests it works on at once; empty while nobody has said so. */
  OptionalInt slots(Instance instance) {
    return report(instance).map(said -> OptionalInt.of(said.slots())).orElseGet(OptionalInt::empty);
  }

  /** Whether a lease has it, or a share of it. */
  boolean leased(Instance instance) {
    return state.tenancy().has(instance.id());
  }

  /** Whether an operator wants it away from its machine, or from a GPU that it uses. */
  boolean onDrainingMachine(Instance instance) {
    return fleet
        .machine(instance.machine())
        .map(machine -> machine.drains(instance.id()))
        .orElse(false);
  }

  String whyAway(Instance instance) {
    boolean all = fleet.machine(instance.machine()).map(Machine::draining).orElse(false);
    return all ? "its machine is being drained" : "its GPU is being drained";
  }

  /** What one more instance of the recipe that all are to be of needs. */
  Need need() {
    return need(state.goal());
  }

  /** What one more instance of a recipe needs. */
  Need need(long revision) {
    return new Needs(this).of(revision);
  }

  /** The same for an assignment that its machine goes on refusing. */
  Need needElsewhere(long revision) {
    return new Needs(this).elsewhere(revision);
  }

  /**
   * Whether what it made room for is there, or was: it may have gone since. What was there before
   * is another one; an owner that moved takes it for the same, and at worst comes back too soon.
   */
  boolean hasCome(SwapEvent.Given given) {
    return soft.evictions().come().filter(given.id()::equals).isPresent()
        || fleet.reportsOf(given.to()).stream()
            .filter(there -> !soft.evictions().there().contains(there.getValue().id()))
            .anyMatch(there -> there.getKey().id().equals(given.machine()));
  }

  /** Why its machine refused it, when it did so that it is in the books only. */
  Optional<Refused> refusal(Instance instance) {
    return report(instance).isPresent()
        ? Optional.empty()
        : Optional.ofNullable(soft.standing().get(instance.id()));
  }

  /** Whether the machine's word is the present and it obeys this journal. */
  boolean speaks(Machine machine) {
    return machine.fresh(policy.suspectAfter()) && machine.obeys(journal);
  }

  /**
   * Why the machine cannot describe the model, as its present JVM has said; it may be due to be
   * asked again.
   */
  Optional<SoftState.Hold> absence(MachineId machine) {
    return Optional.ofNullable(soft.absent().get(machine))
        .filter(said -> said.incarnation().equals(incarnation(machine)));
  }

  /** Of the machine's JVM, as far as it was heard. */
  OptionalLong incarnation(MachineId machine) {
    return fleet
        .machine(machine)
        .map(known -> OptionalLong.of(known.report().incarnation()))
        .orElse(OptionalLong.empty());
  }

  /**
   * Instances of this name that no event of the journal placed: it is older than the fleet. An
   * instance's number is that of its event. One that failed is none of them: it serves nobody, and
   * what it still holds is given back as any stranger's. A machine that is silent is waited for as
   * long as for what is assigned to it.
   */
  Map<InstanceId, MachineId> ahead() {
    Map<InstanceId, MachineId> ahead = new TreeMap<>();
    for (Map.Entry<Machine, InstanceReport> entry : fleet.reportsOf(state.name())) {
      Machine machine = entry.getKey();
      InstanceReport report = entry.getValue();
      if (report.origin() == Origin.ASSIGNED
          && !report.phase().isFinal()
          && !isPlaced(report.id(), machine.id())
          && holds(machine)) {
        ahead.put(report.id(), machine.id());
      }
    }
    return ahead;
  }

  /** Whether an event of the journal placed it there. */
  private boolean isPlaced(InstanceId id, MachineId machine) {
    return state.instances().containsKey(id)
        ? isAssigned(id, machine)
        : state.placed().has(id.number());
  }

  /** Whether it is one of the name's instances now, on this machine. */
  boolean isAssigned(InstanceId id, MachineId machine) {
    Instance known = state.instances().get(id);
    return known != null && known.machine().equals(machine);
  }

  /** Whether what the machine last said it runs is not given up yet. */
  private boolean holds(Machine machine) {
    return machine.obeys(journal)
        && (fleet.braked() || machine.silence().compareTo(policy.lostAfter()) <= 0);
  }

  /** Numbers that no further instance may get: a machine has one under them. */
  Set<Long> heldNumbers() {
    Set<Long> held = new HashSet<>();
    for (Map.Entry<Machine, InstanceReport> entry : fleet.reportsOf(state.name())) {
      if (entry.getValue().phase() != Phase.ENDED && holds(entry.getKey())) {
        held.add(entry.getValue().id().number());
      }
    }
    return held;
  }

  /** Whether a command about the instance is to be sent (again). */
  boolean due(InstanceId id) {
    Instant sent = soft.sent().get(id);
    return sent == null || !sent.plus(policy.resendAfter()).isAfter(now);
  }

  /** What operators are shown of it. */
  InstanceView view(Instance instance) {
    return InstanceOutlook.view(this, instance);
  }
}
