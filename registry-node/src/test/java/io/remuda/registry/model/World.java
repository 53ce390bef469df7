package io.remuda.registry.model;

import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A registry's mind without its body: state, fleet and time as values, moved by a test. */
final class World {

  static final JournalId JOURNAL = new JournalId("journal-1");
  static final ReconcilePolicy POLICY =
      new ReconcilePolicy(
          Duration.ofSeconds(3),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofMinutes(5),
          new RolloutTimes(Duration.ofMinutes(15), Duration.ofMinutes(10), Duration.ofSeconds(5)),
          new ScaleTimes(
              Duration.ofSeconds(3),
              Duration.ofSeconds(60),
              Duration.ofSeconds(30),
              0.7,
              Duration.ofSeconds(5)),
          new EvictionTimes(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(10)),
          new ClaimPolicy(0.05, 0.05),
          new LeaseLimits(
              8, 4, Duration.ofSeconds(10), Duration.ofMinutes(2), 100, Duration.ofSeconds(30)));

  ModelState state = ModelState.empty(new ModelName("demo"));
  SoftState soft = SoftState.EMPTY;
  Instant now = Instant.ofEpochMilli(1_000_000);
  Duration watching = Duration.ofHours(1);
  boolean braked;
  Map<ModelName, ModelDemand> demands = Map.of();
  Map<ModelName, Keep> keeps = Map.of();
  private final Map<MachineId, FleetSnapshot.Machine> machines = new LinkedHashMap<>();

  /** A declared and described name, and one machine with room. */
  static World aDescribed(int replicas) {
    return new World()
        .declared(Specs.aSpec().replicas(replicas).build())
        .described()
        .says(Reports.of("m1"));
  }

  /** The same with one instance that is READY on m1. */
  static World aReady() {
    World world = aDescribed(1);
    world.look();
    world.runsAll("m1", Phase.READY);
    world.look();
    return world;
  }

  /** An instance was placed and has ended, as far as the journal goes. */
  World placedAndEnded(String id, String machine) {
    InstanceId was = InstanceId.of(id);
    on(
        new InstanceEvent.InstanceAssigned(
            was, new MachineId(machine), Resources.NONE, Origin.ASSIGNED, now));
    return on(new InstanceEvent.InstanceEnded(was, false, "it was stopped", now));
  }

  World declared(ModelSpec spec) {
    return on(new DeploymentEvent.DeploymentDeclared(spec, now));
  }

  World described() {
    return describedAs(new Resources(0, 512, 0, 0));
  }

  World describedAs(Resources claim) {
    return on(
        new DeploymentEvent.ModelDescribed(
            state.name(),
            new MachineId("m1"),
            new ModelFile(1, "d", claim, true, Optional.empty(), "note"),
            now));
  }

  World on(ModelEvent event) {
    state = state.on(event);
    return this;
  }

  /** The machine says {@code report} now. */
  World says(Reports report) {
    NodeReport built = report.build();
    machines.put(
        built.machine(),
        new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, built));
    return this;
  }

  World silent(String machine, Duration since) {
    machines.computeIfPresent(
        new MachineId(machine),
        (id, m) ->
            new FleetSnapshot.Machine(
                m.reachable(), m.draining(), since, m.unanswered(), m.report()));
    return this;
  }

  World draining(String machine) {
    machines.computeIfPresent(
        new MachineId(machine),
        (id, m) ->
            new FleetSnapshot.Machine(
                m.reachable(), true, m.silence(), m.unanswered(), m.report()));
    return this;
  }

  World gone(String machine) {
    machines.remove(new MachineId(machine));
    return this;
  }

  World later(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** One look at the world; what it writes is applied. */
  Plan look() {
    Plan plan = Reconciler.reconcile(sight());
    soft = plan.soft();
    state = state.on(plan.events());
    return plan;
  }

  Outlook outlook() {
    return Outlook.of(sight());
  }

  Sight sight() {
    return new Sight(state, soft, fleet(), JOURNAL, POLICY, now);
  }

  /** The machine answers the start of {@code id}; what that writes is applied. */
  Plan answers(InstanceId id, String machine, Optional<Refused> refused) {
    MachineId from = new MachineId(machine);
    NodeProtocol.StartReply reply =
        new NodeProtocol.StartReply(
            id, id.number(), from, refused, new Capacity(0, 0, 0, 0, List.of()));
    Plan plan =
        AnswerDecider.start(
            sight(), new RegistryMessage.StartAnswered(id, from, Optional.of(reply)));
    soft = plan.soft();
    state = state.on(plan.events());
    return plan;
  }

  FleetSnapshot fleet() {
    return FleetSnapshot.of(watching, braked, machines.values()).with(demands).keeping(keeps);
  }

  List<InstanceId> instances() {
    return List.copyOf(state.instances().keySet());
  }

  InstanceId only() {
    return instances().get(0);
  }

  /** m1 runs what is assigned to it, in {@code phase}. */
  World runsAll(String machine, Phase phase) {
    Reports report = Reports.of(machine);
    state.instances().values().stream()
        .filter(i -> i.machine().value().equals(machine))
        .forEach(i -> report.with(Reports.instance(i.id(), phase, 1)));
    return says(report);
  }

  /** The same, all of it ready, and each kept for the lease that has it. */
  World keepsAll(String machine) {
    Reports report = Reports.of(machine);
    state.instances().values().stream()
        .filter(i -> i.machine().value().equals(machine))
        .map(i -> Reports.instance(i.id(), Phase.READY, 1))
        .map(said -> tenant(said.id()).map(of -> Reports.leased(said, of)).orElse(said))
        .forEach(report::with);
    return says(report);
  }

  private Optional<LeaseId> tenant(InstanceId id) {
    return state.tenancy().tenants().entrySet().stream()
        .filter(each -> each.getValue().instance().equals(id))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  static <T> Predicate<Object> is(Class<T> kind) {
    return kind::isInstance;
  }
}
