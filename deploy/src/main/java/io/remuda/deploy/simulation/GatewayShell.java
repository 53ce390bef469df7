package io.remuda.deploy.simulation;

import io.remuda.gateway.routing.Balancer;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A gateway: its routes, as machines tell them and as gossip makes good what was lost, and its
 * clients, each request tried on one instance after the other.
 */
final class GatewayShell {

  private static final Duration GOSSIP = Duration.ofSeconds(1);
  private static final int MOST_TRIES = 3;
  private static final int CROWD_PERCENT = 15;
  private static final int BURST_PERCENT = 8;
  private static final int BURST = 4;

  /** Of requests, those that wait at an instance that has enough. */
  private static final int WAITING_PERCENT = 30;

  private final World world;
  private final String name;
  private final Routes routes = new Routes();
  private final LeasedCalls leased;
  private final WaitingRoom room;
  private int rounds;

  GatewayShell(World world, String name) {
    this.world = world;
    this.name = name;
    this.leased = new LeasedCalls(world, name, routes);
    this.room = new WaitingRoom(world, name, routes);
  }

  String name() {
    return name;
  }

  Routes routes() {
    return routes;
  }

  LeasedCalls leased() {
    return leased;
  }

  void start() {
    gossip();
    ask();
    room.start();
    if (world.timeline().chance(CROWD_PERCENT)) {
      world.timeline().after(world.timeline().between(0, 20_000), this::crowd);
    }
  }

  /** From some time on ever as many ask for one model. */
  private void crowd() {
    begin(Models.FIRST);
    world.network().after(name, world.timeline().between(100, 200), this::crowd);
  }

  void merge(RouteTable table) {
    routes.merge(table);
  }

  private void gossip() {
    world
        .network()
        .after(
            name,
            GOSSIP,
            () -> {
              List<SimulatedMachine> all = world.machines();
              SimulatedMachine peer = all.get(rounds++ % all.size());
              peer.life()
                  .ifPresent(
                      life -> {
                        RouteTable table = new RouteTable(life.routes());
                        world.network().send(peer.name(), name, "gossip", () -> merge(table));
                      });
              gossip();
            });
  }

  private void ask() {
    world
        .network()
        .after(
            name,
            world.timeline().between(100, 1_000),
            () -> {
              List<ModelName> names = world.cluster().names();
              if (!names.isEmpty()) {
                ModelName model = names.get(world.timeline().random().nextInt(names.size()));
                int many = world.timeline().chance(BURST_PERCENT) ? BURST : 1;
                for (int i = 0; i < many; i++) {
                  begin(model);
                }
              }
              ask();
            });
  }

  private void begin(ModelName model) {
    if (room.isFor(model)) {
      room.hold(model, () -> attempt(model, new HashSet<>(), false));
    } else {
      attempt(model, new HashSet<>(), false);
    }
  }

  /**
   * @param full whether some instance took it for no other reason than that it has enough
   */
  private void attempt(ModelName model, Set<InstanceId> tried, boolean full) {
    Optional<ModelEntry> entry = routes.snapshot().find(model.value());
    Optional<Target> target =
        entry.flatMap(known -> Balancer.pick(known, tried, world.timeline().random()));
    if (target.isEmpty() || tried.size() >= MOST_TRIES) {
      if (!full) {
        world.truth().unanswered(model, name);
      }
      return;
    }
    Target chosen = target.get();
    tried.add(chosen.instance());
    chosen.enter();
    String machine = chosen.route().machine().value();
    if (!world.network().reaches(name, machine) || !world.network().reaches(machine, name)) {
      chosen.leave();
      attempt(model, tried, full);
      return;
    }
    world
        .network()
        .after(
            machine,
            world.timeline().between(1, 3),
            () -> {
              Optional<SimulatedInstance> here =
                  world
                      .machine(chosen.route().machine())
                      .life()
                      .flatMap(life -> life.instance(chosen.instance()));
              Consumer<Optional<Visits.Visit>> then =
                  visit ->
                      visit.ifPresentOrElse(
                          let -> work(chosen, let),
                          () -> {
                            chosen.leave();
                            boolean open = here.map(one -> one.gate().isOpen()).orElse(false);
                            attempt(model, tried, full || open);
                          });
              if (here.isPresent() && world.timeline().chance(WAITING_PERCENT)) {
                here.get().visits().await(then);
              } else {
                then.accept(here.flatMap(one -> one.visits().enter(Optional.empty())));
              }
            });
  }

  private void work(Target chosen, Visits.Visit visit) {
    world
        .timeline()
        .after(
            world.timeline().between(20, 800),
            () -> {
              visit.over();
              chosen.leave();
            });
  }
}
