package io.remuda.deploy.simulation;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol.Report;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.journal.JournalEvent;
import io.remuda.registry.machine.MachineDecider;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.machine.MachineState;
import io.remuda.registry.machine.Obedience;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What a MachineActor is: what operators decided about a machine, told until it obeys. */
final class MachineOwner extends Entity {

  private static final Reply NOBODY = new Reply(Optional.empty(), Optional.empty());

  private final MachineId machine;
  private final Obedience obedience;
  private final TreeSet<String> views = new TreeSet<>();
  private MachineState state;

  MachineOwner(World world, RegistryShell node, MachineId machine, String id, long life) {
    super(world, node, id, life);
    this.machine = machine;
    this.state = world.journal().machine(id, MachineState.empty(machine));
    this.obedience =
        new Obedience(
            World.JOURNAL,
            new SimulatedRef<>(
                node.name(),
                "obeyed",
                (what, said) ->
                    world
                        .network()
                        .send(machine.value(), node.name(), what, () -> handle(() -> on(said)))));
  }

  /** What an operator may want of a machine. */
  enum Wish {
    CORDON,
    UNCORDON,
    DRAIN
  }

  void command(Wish wish) {
    handle(
        () -> {
          Optional<MachineEvent> event =
              switch (wish) {
                case CORDON -> MachineDecider.cordon(state, world.timeline().instant());
                case UNCORDON -> MachineDecider.uncordon(state, world.timeline().instant());
                case DRAIN -> MachineDecider.drain(state, world.timeline().instant());
              };
          event.ifPresent(one -> write(List.of(one), () -> views.forEach(this::tell)));
        });
  }

  /** A registry node's view has heard the machine. */
  void seen(String view, ActorRef<NodeProtocol.Command> agent, Report said) {
    handle(
        () -> {
          views.add(view);
          tell(view);
          obedience.heard(state, agent, said.report());
        });
  }

  private void tell(String view) {
    MachineDecided told =
        new MachineDecided(
            machine, state.sequence(), state.cordoned(), state.draining(), state.drainingGpus());
    world.network().send(node.name(), view, "decided", () -> world.registry(view).decided(told));
  }

  private void on(NodeProtocol.MachineStateSet said) {
    if (said.refused().isEmpty()) {
      obedience.answered(said.version(), true, NOBODY);
    }
  }

  @Override
  void begin() {}

  @Override
  void onStopped() {}

  @Override
  long sequence() {
    return state.sequence();
  }

  @Override
  void applied(List<? extends JournalEvent> events) {
    for (JournalEvent event : events) {
      state = state.on((MachineEvent) event);
    }
    world.moves().draining(state.machine(), state.draining());
  }
}
