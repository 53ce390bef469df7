package io.remuda.deploy.simulation;

import io.remuda.node.agent.CapacityLedger;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.model.Action;
import io.remuda.registry.model.AnswerDecider;
import io.remuda.registry.model.Decision;
import io.remuda.registry.model.EvictionDecider;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.ModelDecider;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.Plan;
import io.remuda.registry.model.Reconciler;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import io.remuda.registry.model.Sight;
import io.remuda.registry.model.SoftState;
import io.remuda.registry.placement.FleetSnapshot;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A fleet in which nothing happens by itself: the real deciders of each name and the real ledger of
 * each machine, which act one after the other, and engines that start and stop at once.
 */
final class StillFleet {

  private static final JournalId JOURNAL = new JournalId("still");
  private static final SimulationSettings SETTINGS = SimulationSettings.load();
  private static final int MOST_LOOKS = 300;

  /** One machine as it is now. */
  private static final class Box {
    private final Map<InstanceId, InstanceReport> running = new TreeMap<>();
    private final Set<String> draining = new TreeSet<>();
    private final Set<String> lacks = new TreeSet<>();
    private CapacityLedger ledger;
    private boolean drained;
    private boolean lost;

    private Box(CapacityLedger ledger) {
      this.ledger = ledger;
    }
  }

  private final Map<MachineId, Box> boxes = new TreeMap<>();
  private final Map<ModelName, ModelState> states = new TreeMap<>();
  private final Map<ModelName, SoftState> softs = new TreeMap<>();
  private final Map<ModelName, ModelDemand> demands = new TreeMap<>();
  private Instant now = Instant.EPOCH.plus(Duration.ofDays(1));

  void machine(MachineId id, long memoryMiB, double cpus, List<Long> gpuMiB) {
    List<Gpu> gpus = new ArrayList<>();
    for (long size : gpuMiB) {
      gpus.add(
          new Gpu(
              gpus.size(),
              "GPU-" + id + "-" + gpus.size(),
              "still",
              size,
              0,
              0,
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              true,
              false));
    }
    boxes.put(id, new Box(CapacityLedger.of(memoryMiB, cpus).seen(gpus, Map.of())));
  }

  /** The machine cannot say what the model is, as if somebody were still copying its file. */
  void lacks(MachineId machine, ModelName model) {
    box(machine).lacks.add(model.value());
  }

  List<MachineId> machines() {
    return List.copyOf(boxes.keySet());
  }

  List<String> gpus(MachineId machine) {
    return box(machine).ledger.capacity().gpus().stream().map(Gpu::uuid).toList();
  }

  /** The names of which something runs there, or uses the GPU. */
  List<ModelName> names(MachineId machine, Optional<String> gpu) {
    return box(machine).running.values().stream()
        .filter(report -> gpu.map(report.gpus()::contains).orElse(true))
        .map(report -> report.id().model())
        .distinct()
        .sorted()
        .toList();
  }

  void drain(MachineId machine, Optional<String> gpu) {
    Box box = box(machine);
    if (gpu.isEmpty()) {
      box.drained = true;
      return;
    }
    box.draining.add(gpu.get());
    CapacityLedger was = box.ledger;
    box.ledger =
        new CapacityLedger(
            was.memoryTotalMiB(),
            was.cpusTotal(),
            was.use(),
            was.installedMiB(),
            was.promises(),
            was.returning(),
            box.draining);
  }

  void lose(MachineId machine) {
    box(machine).lost = true;
  }

  /** What is said to a deployment; one that is taken is not carried out yet. */
  Optional<Refused> deploy(ModelSpec spec, Optional<Long> ifMatch) {
    Decision decision = ModelDecider.deploy(state(spec.name()), spec, ifMatch, false, now);
    if (decision.refused().isEmpty() && !decision.events().isEmpty()) {
      states.put(spec.name(), state(spec.name()).on(decision.events()));
      softs.put(spec.name(), soft(spec.name()).forRecipe());
    }
    return decision.refused();
  }

  ModelState state(ModelName name) {
    return states.getOrDefault(name, ModelState.empty(name));
  }

  private SoftState soft(ModelName name) {
    return softs.getOrDefault(name, SoftState.EMPTY);
  }

  /** All that is deployed. */
  List<ModelName> names() {
    return List.copyOf(states.keySet());
  }

  /** So many requests for {@code name} wait at gateways from now on. */
  void waits(ModelName name, int requests) {
    demands.put(name, new ModelDemand(name, requests, 0, Optional.empty()));
  }

  /** All that runs has been idle for an hour. */
  void idle() {
    for (Box box : boxes.values()) {
      box.running.replaceAll(
          (id, report) ->
              running(
                      Optional.ofNullable(state(id.model()).instances().get(id)).orElseThrow(),
                      Optional.of(Duration.ofHours(1)))
                  .withGpus(report.gpus()));
    }
  }

  /** One name, until nothing is left to do for it, and it need not wait to ask others for room. */
  void settle(ModelName name) {
    Optional<Instant> again = Optional.of(now);
    for (int look = 0; look < MOST_LOOKS && again.isPresent(); look++) {
      if (!look(name)) {
        again = EvictionDecider.asksAgain(sight(name));
        again.ifPresent(at -> now = at);
      }
    }
  }

  private boolean look(ModelName name) {
    now = now.plusSeconds(1);
    Plan plan = Reconciler.reconcile(sight(name));
    take(name, plan);
    plan.actions().forEach(action -> carryOut(name, action));
    return !plan.events().isEmpty() || !plan.actions().isEmpty();
  }

  private void take(ModelName name, Plan plan) {
    states.put(name, state(name).on(plan.events()));
    softs.put(name, plan.soft());
  }

  private void carryOut(ModelName name, Action action) {
    if (action instanceof Action.Start start) {
      take(name, AnswerDecider.start(sight(name), started(start.instance())));
    } else if (action instanceof Action.Stop stop) {
      Box box = box(stop.machine());
      box.running.remove(stop.id());
      box.ledger = box.ledger.release(stop.id());
      NodeProtocol.StopReply reply =
          new NodeProtocol.StopReply(
              stop.id(), stop.epoch(), stop.machine(), Optional.empty(), box.ledger.capacity());
      take(name, AnswerDecider.stop(sight(name), new StopAnswered(stop.id(), Optional.of(reply))));
    } else if (action instanceof Action.AskToGiveWay wish) {
      wish.ids().forEach(id -> ask(name, wish, id));
    } else if (action instanceof Action.Describe ask) {
      long revision = state(name).live().orElseThrow().revision();
      take(
          name,
          AnswerDecider.describe(
              sight(name),
              new DescribeAnswered(
                  ask.machine(), revision, Optional.of(described(ask.machine(), name)))));
    }
  }

  /** Its owner decides, and does at once all that is then to be done for its own name. */
  private void ask(ModelName name, Action.AskToGiveWay wish, InstanceId id) {
    EvictionDecider.Ask ask =
        new EvictionDecider.Ask(id, name, wish.priority(), wish.asked(), wish.sounding());
    Sight other = sight(id.model());
    EvictionDecider.Answer answer = EvictionDecider.giveWay(other, ask);
    if (!answer.events().isEmpty()) {
      states.put(id.model(), other.state().on(answer.events()));
      softs.put(id.model(), EvictionDecider.going(other, ask));
      settle(id.model());
    }
    RegistryMessage.GiveWayReply reply = new RegistryMessage.GiveWayReply(id, answer.stays());
    take(
        name,
        EvictionDecider.answered(
            sight(name),
            new RegistryMessage.GiveWayAnswered(id, wish.sounding(), Optional.of(reply))));
  }

  /** What a machine says of the model. */
  NodeProtocol.Described described(MachineId machine, ModelName name) {
    Optional<Refused> lacking =
        box(machine).lacks.contains(name.value())
            ? Optional.of(Refused.of(ErrorCode.MODEL_NOT_FOUND, "there is no file of " + name))
            : Optional.empty();
    return lacking
        .map(why -> new NodeProtocol.Described(machine, Optional.empty(), Optional.of(why)))
        .orElseGet(
            () ->
                new NodeProtocol.Described(
                    machine,
                    Optional.of(
                        new ModelFile(
                            1, "d", new Resources(0, 300, 1, 0), true, Optional.empty(), "still")),
                    Optional.empty()));
  }

  private StartAnswered started(Instance instance) {
    Box box = box(instance.machine());
    CapacityLedger.Outcome outcome =
        box.ledger.reserve(instance.id(), instance.claim(), instance.machine().value());
    Optional<Refused> refused = outcome.refused();
    if (refused.isEmpty()) {
      box.ledger = outcome.ledger().orElseThrow();
      box.running.put(
          instance.id(),
          running(instance, Optional.empty()).withGpus(box.ledger.shareOf(instance.id()).keySet()));
    }
    return new StartAnswered(
        instance.id(),
        instance.machine(),
        Optional.of(
            new NodeProtocol.StartReply(
                instance.id(),
                instance.epoch(),
                instance.machine(),
                refused,
                box.ledger.capacity())));
  }

  private static InstanceReport running(Instance instance, Optional<Duration> idle) {
    return new InstanceReport(
        instance.id(),
        instance.epoch(),
        1,
        Phase.READY,
        instance.origin(),
        "still",
        OptionalLong.empty(),
        OptionalInt.empty(),
        1,
        0,
        0,
        0,
        Optional.empty(),
        OptionalDouble.empty(),
        instance.claim(),
        Optional.empty(),
        instance.revision(),
        idle,
        Optional.empty(),
        Optional.empty());
  }

  Sight sight(ModelName name) {
    return new Sight(
        state(name), soft(name), fleet(), JOURNAL, SETTINGS.registry().reconcile(), now);
  }

  private FleetSnapshot fleet() {
    List<Machine> machines = new ArrayList<>();
    boxes.forEach((id, box) -> machines.add(machine(id, box)));
    Map<ModelName, Keep> keeps = new TreeMap<>();
    states.forEach(
        (name, state) ->
            state.live().ifPresent(live -> keeps.put(name, live.spec().policies().keep())));
    return FleetSnapshot.of(Duration.ofHours(1), false, machines).with(demands).keeping(keeps);
  }

  private static Machine machine(MachineId id, Box box) {
    Duration silence =
        box.lost ? SETTINGS.registry().reconcile().lostAfter().plusSeconds(1) : Duration.ZERO;
    return new Machine(
        !box.lost,
        box.drained,
        box.draining,
        silence,
        Duration.ZERO,
        new NodeReport(
            id,
            1,
            1,
            id.value(),
            "127.0.0.1:1",
            Map.of(),
            box.drained,
            true,
            Optional.of(JOURNAL),
            box.ledger.capacity(),
            List.of(new EngineOffer("still", true, Optional.empty(), Optional.empty())),
            List.copyOf(box.running.values())));
  }

  private Box box(MachineId machine) {
    return Optional.ofNullable(boxes.get(machine)).orElseThrow();
  }
}
