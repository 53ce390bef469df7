package io.remuda.deploy.simulation;

import akka.actor.typed.ActorRef;
import io.remuda.node.agent.AgentState;
import io.remuda.protocol.FleetProtocol.Report;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.NodeReport;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an agent's Reports and its port are: what the machine says of itself, and its door. */
final class AgentVoice {

  private final World world;
  private final SimulatedMachine machine;
  private final AgentLife life;
  private final long incarnation;
  private final RouteNews news;
  private final Map<String, ActorRef<NodeProtocol.Command>> doors = new HashMap<>();
  private long sequence;

  AgentVoice(World world, SimulatedMachine machine, AgentLife life, long incarnation) {
    this.world = world;
    this.machine = machine;
    this.life = life;
    this.incarnation = incarnation;
    this.news = new RouteNews(world, machine.name());
  }

  /** All that the machine has, ended ones too. */
  List<Route> routes(Collection<SimulatedInstance> instances, AgentState state) {
    return news.all(machine, instances, state);
  }

  /**
   * Says how things are, to every registry node that is up and to the gateways.
   *
   * @param settled whether it takes what is new
   */
  void tell(
      Collection<SimulatedInstance> instances,
      AgentState state,
      Capacity capacity,
      boolean settled) {
    NodeReport report = report(instances, state, capacity, settled);
    for (RegistryShell node : world.registries()) {
      if (node.isUp()) {
        Report said = new Report(report, door(node));
        world.network().send(machine.name(), node.name(), "report", () -> node.report(said));
      }
    }
    news.tell(machine, instances, state);
  }

  private ActorRef<NodeProtocol.Command> door(RegistryShell node) {
    return doors.computeIfAbsent(
        node.name(),
        from ->
            new SimulatedRef<>(
                machine.name(),
                "agent",
                (what, command) ->
                    world
                        .network()
                        .send(
                            from,
                            machine.name(),
                            command.getClass().getSimpleName(),
                            () -> life.obey(command))));
  }

  private NodeReport report(
      Collection<SimulatedInstance> instances,
      AgentState state,
      Capacity capacity,
      boolean settled) {
    return new NodeReport(
        machine.id(),
        incarnation,
        ++sequence,
        machine.name(),
        machine.name() + ":1",
        state.labels(),
        state.cordoned(),
        settled,
        state.journal(),
        capacity,
        world.models().offers(),
        instances.stream().map(one -> one.state().report(one.gate())).toList());
  }
}
