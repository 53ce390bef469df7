package io.remuda.deploy.simulation;

import io.remuda.node.agent.AgentState;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a RoutePublisher is: a machine's routes, told to the gateways as they change. */
final class RouteNews {

  private final World world;
  private final String machine;
  private final Map<InstanceId, Route> written = new HashMap<>();
  private int buried;

  RouteNews(World world, String machine) {
    this.world = world;
    this.machine = machine;
  }

  /** All that the machine has, ended ones too. */
  List<Route> all(SimulatedMachine at, Collection<SimulatedInstance> instances, AgentState state) {
    List<Route> routes = present(at, instances);
    if (world.plant() != Plant.STALE_ROUTE) {
      state
          .tombstones()
          .forEach(
              (id, stone) ->
                  routes.add(
                      new Route(
                          id,
                          at.id(),
                          stone.epoch(),
                          stone.sequence(),
                          Phase.ENDED,
                          machine + ":1",
                          0,
                          Set.of(),
                          true,
                          -1,
                          Optional.empty(),
                          0)));
    }
    return routes;
  }

  private List<Route> present(SimulatedMachine at, Collection<SimulatedInstance> instances) {
    boolean all = world.plant() != Plant.STALE_ROUTE;
    List<Route> routes = new ArrayList<>();
    for (SimulatedInstance one : instances) {
      if (all || one.state().phase() == Phase.READY) {
        routes.add(one.state().route(at.id(), machine + ":1", one.gate().slots()));
      }
    }
    return routes;
  }

  /** Tells what has changed; the graves are looked through when there is one more. */
  void tell(SimulatedMachine at, Collection<SimulatedInstance> instances, AgentState state) {
    int graves = state.tombstones().size();
    List<Route> routes = graves == buried ? present(at, instances) : all(at, instances, state);
    buried = graves;
    List<Route> news =
        routes.stream().filter(route -> !route.equals(written.get(route.instance()))).toList();
    if (!news.isEmpty()) {
      news.forEach(route -> written.put(route.instance(), route));
      RouteTable table = new RouteTable(news);
      world
          .gateways()
          .forEach(
              gateway ->
                  world
                      .network()
                      .send(machine, gateway.name(), "routes", () -> gateway.merge(table)));
    }
  }
}
