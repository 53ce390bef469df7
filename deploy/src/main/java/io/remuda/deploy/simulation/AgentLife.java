package io.remuda.deploy.simulation;

import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.node.agent.AgentState;
import io.remuda.node.agent.AgentState.Tombstone;
import io.remuda.node.agent.CapacityLedger;
import io.remuda.node.agent.StartDecider;
import io.remuda.node.agent.StartTurns;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.NodeProtocol.StopInstance;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a NodeAgent is for as long as its JVM lives. */
final class AgentLife {

  private final World world;
  private final SimulatedMachine machine;
  private final long incarnation;
  private final Map<InstanceId, SimulatedInstance> instances = new TreeMap<>();
  private final AgentStops stops;
  private final AgentHolds holds;
  private final AgentVoice voice;
  private AgentState state;
  private CapacityLedger ledger;
  private StartTurns turns = StartTurns.NONE;
  private boolean gpusKnown;

  AgentLife(
      World world,
      SimulatedMachine machine,
      long incarnation,
      Optional<JournalId> journal,
      Map<InstanceId, Tombstone> tombstones,
      CapacityLedger ledger) {
    this.world = world;
    this.machine = machine;
    this.incarnation = incarnation;
    this.state = AgentState.fresh(journal, tombstones);
    this.ledger = ledger;
    this.stops = new AgentStops(world, this, incarnation);
    this.holds = new AgentHolds(this);
    this.voice = new AgentVoice(world, machine, this, incarnation);
  }

  SimulatedMachine machine() {
    return machine;
  }

  long incarnation() {
    return incarnation;
  }

  AgentState state() {
    return state;
  }

  void state(AgentState now) {
    state = now;
  }

  Capacity capacity() {
    return ledger.capacity();
  }

  List<InstanceId> instances() {
    return List.copyOf(instances.keySet());
  }

  Optional<SimulatedInstance> instance(InstanceId id) {
    return Optional.ofNullable(instances.get(id));
  }

  void inPhase(ModelName name, Phase phase, List<InstanceId> found) {
    for (SimulatedInstance one : instances.values()) {
      if (one.state().phase() == phase && one.id().model().equals(name)) {
        found.add(one.id());
      }
    }
  }

  List<Route> routes() {
    return voice.routes(instances.values(), state);
  }

  /** Takes up what the disk holds, then waits for its state and looks at its GPUs. */
  void begin(List<Kept> left) {
    for (Kept kept : left) {
      Assignment known = kept.assignment();
      if (world.plant() != Plant.MEMORY_TWICE) {
        ledger = ledger.with(known.id(), new CapacityLedger.Promise(known.claim(), known.gpuMiB()));
      }
      state = state.seen(known.id(), known.epoch(), known.journal());
      begin(kept, true);
    }
    after(
        world.timeline().between(20, 1_000),
        () -> {
          gpusKnown = true;
          ledger = ledger.seen(machine.gpus(), Map.of());
          publish();
        });
    tick();
  }

  private void tick() {
    after(
        world.settings().reportInterval(),
        () -> {
          state = state.prune(world.timeline().instant(), world.settings().tombstonesFor());
          publish();
          tick();
        });
  }

  /** Runs {@code act} on this machine unless this life is over by then. */
  void after(Duration delay, Runnable act) {
    world.network().after(machine.name(), delay, () -> ifAlive(act));
  }

  private void ifAlive(Runnable act) {
    if (machine.life().filter(now -> now == this).isPresent()) {
      act.run();
    }
  }

  /** A command has come; one for a life that is over is lost. */
  void obey(NodeProtocol.Command command) {
    ifAlive(() -> onObey(command));
  }

  private void onObey(NodeProtocol.Command command) {
    if (command instanceof NodeProtocol.StartInstance start) {
      onStart(start);
    } else if (command instanceof StopInstance stop) {
      stops.stop(stop);
    } else if (command instanceof NodeProtocol.Ping ping) {
      List<InstanceReport> known =
          ping.instances().stream()
              .flatMap(id -> instance(id).stream())
              .map(one -> one.state().report(one.gate()))
              .toList();
      ping.replyTo().tell(new NodeProtocol.Pong(ping.nonce(), machine.id(), incarnation, known));
    } else if (command instanceof NodeProtocol.DescribeModel describe) {
      NodeProtocol.Described found = world.models().describe(machine.id(), describe.spec());
      after(world.timeline().between(5, 500), () -> describe.replyTo().tell(found));
    } else if (command instanceof NodeProtocol.SetMachineState set) {
      onState(set);
    } else if (command instanceof NodeProtocol.HoldInstance hold) {
      holds.hold(hold);
    } else if (command instanceof NodeProtocol.ReleaseInstance release) {
      holds.release(release);
    }
  }

  private void onStart(NodeProtocol.StartInstance start) {
    StartDecider.Outcome outcome =
        StartDecider.decide(machine.id(), state, ledger, gpusKnown, instances::containsKey, start);
    if (outcome.refused().isEmpty()) {
      state = state.seen(start.id(), start.epoch(), start.journal());
      world.truth().obeyed(machine.id(), start.id(), start.epoch());
    } else {
      world
          .story()
          .tell(machine.name(), "refuses " + start.id() + ": " + outcome.refused().get().code());
    }
    if (outcome.begins().isPresent()) {
      ledger = outcome.begins().get().ledger();
      begin(new Kept(outcome.begins().get().assignment(), 0), false);
    }
    start
        .replyTo()
        .tell(
            new NodeProtocol.StartReply(
                start.id(), start.epoch(), machine.id(), outcome.refused(), ledger.capacity()));
    publish();
  }

  private void begin(Kept kept, boolean adopt) {
    Assignment known = kept.assignment();
    world
        .story()
        .see(
            new InstanceStarted(
                world.now(),
                machine.id(),
                known.id(),
                known.epoch(),
                known.claim(),
                known.gpuMiB(),
                adopt));
    SimulatedInstance instance = new SimulatedInstance(world, this, kept, incarnation);
    instances.put(known.id(), instance);
    instance.begin(adopt);
  }

  /** The JVM is gone, and all that went through it. */
  void end() {
    instances.values().forEach(one -> one.visits().end());
  }

  /** An instance has ended. */
  void gone(SimulatedInstance over) {
    instances.remove(over.id());
    over.visits().end();
    ledger = ledger.release(over.id());
    stops.gone(over);
    publish();
  }

  void afterSaving(Runnable tell) {
    AgentState now = state;
    after(
        world.timeline().between(1, 10),
        () -> {
          machine.save(now.journal(), state.tombstones());
          tell.run();
        });
  }

  private void onState(NodeProtocol.SetMachineState set) {
    Optional<Refused> objection = state.objectionTo(set);
    NodeProtocol.MachineStateSet answer =
        new NodeProtocol.MachineStateSet(machine.id(), set.version(), objection);
    if (objection.isPresent()) {
      set.replyTo().tell(answer);
      return;
    }
    if (state.knows(set)) {
      set.replyTo().tell(answer);
      return;
    }
    state = state.with(set);
    afterSaving(() -> set.replyTo().tell(answer));
    publish();
  }

  void wantsTurn(InstanceId id) {
    give(turns.wants(id));
  }

  void turnOver(InstanceId id) {
    give(turns.over(id));
  }

  boolean hasTurn(InstanceId id) {
    return turns.holder().equals(Optional.of(id));
  }

  private void give(StartTurns next) {
    Optional<InstanceId> before = turns.holder();
    turns = next;
    if (next.holder().isPresent() && !next.holder().equals(before)) {
      InstanceId id = next.holder().get();
      after(
          Duration.ZERO,
          () ->
              instance(id)
                  .filter(one -> hasTurn(id))
                  .ifPresentOrElse(SimulatedInstance::turn, () -> turnOver(id)));
    }
  }

  void publish() {
    voice.tell(instances.values(), state, ledger.capacity(), state.settled() && gpusKnown);
  }
}
