package io.remuda.deploy.simulation;

import io.remuda.gateway.edge.LeasePlaceDecider;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;
import java.util.Set;

/**
 * What a gateway does with requests under leases: to the instance that is kept for the lease, which
 * its registry actor is asked for where no route tells.
 */
final class LeasedCalls {

  private static final int SHORTEST_MILLIS = 20;

  /** Longer than what is under way may go on when its lease's time is over. */
  private static final int LONGEST_MILLIS = 3_000;

  private static final int USUAL_MILLIS = 500;

  private final World world;
  private final String gateway;
  private final Routes routes;

  LeasedCalls(World world, String gateway, Routes routes) {
    this.world = world;
    this.gateway = gateway;
    this.routes = routes;
  }

  void call(LeaseToken token, ModelName model) {
    Optional<Target> kept = entry(model).flatMap(known -> known.leasedTo(token.lease(), Set.of()));
    if (kept.isPresent()) {
      send(kept.get(), token);
    } else {
      search(token, model);
    }
  }

  private Optional<ModelEntry> entry(ModelName model) {
    return routes.snapshot().find(model.value());
  }

  private void search(LeaseToken token, ModelName model) {
    RegistryShell node =
        world.registries().get(world.timeline().random().nextInt(world.registries().size()));
    world
        .network()
        .send(
            gateway,
            node.name(),
            "look",
            () ->
                world
                    .cluster()
                    .lease(node.name(), token.lease())
                    .get(
                        new LeaseOwner.Caller(
                            gateway,
                            reply ->
                                LeasePlaceDecider.decide(token, model.value(), reply)
                                    .instance()
                                    .flatMap(
                                        instance ->
                                            entry(model).flatMap(known -> known.working(instance)))
                                    .ifPresent(target -> send(target, token)))));
  }

  private void send(Target target, LeaseToken token) {
    deliver(target.route().machine(), target.instance(), token);
  }

  /** Whoever has the address needs no gateway's leave: the instance itself goes by the number. */
  void deliver(MachineId machine, InstanceId instance, LeaseToken token) {
    if (!world.network().reaches(gateway, machine.value())
        || !world.network().reaches(machine.value(), gateway)) {
      return;
    }
    world
        .network()
        .after(
            machine.value(),
            world.timeline().between(1, 3),
            () ->
                world
                    .machine(machine)
                    .life()
                    .flatMap(life -> life.instance(instance))
                    .flatMap(here -> here.visits().enter(Optional.of(token)))
                    .ifPresent(
                        visit ->
                            world
                                .timeline()
                                .after(
                                    world
                                        .timeline()
                                        .between(
                                            SHORTEST_MILLIS,
                                            world.timeline().chance(10)
                                                ? LONGEST_MILLIS
                                                : USUAL_MILLIS),
                                    visit::over)));
  }
}
