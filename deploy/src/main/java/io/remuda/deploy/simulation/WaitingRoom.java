package io.remuda.deploy.simulation;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelDemand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a gateway does with requests for models that no instance serves: they wait, and the registry
 * is told so, at once and then each second.
 */
final class WaitingRoom {

  private static final Duration SAYS = Duration.ofSeconds(1);
  private static final Duration LOOKS = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(12);
  private static final int MOST = 8;

  private final World world;
  private final String gateway;
  private final Routes routes;
  private final Map<ModelName, Integer> waiting = new TreeMap<>();
  private long sequence;

  WaitingRoom(World world, String gateway, Routes routes) {
    this.world = world;
    this.gateway = gateway;
    this.routes = routes;
  }

  void start() {
    world
        .network()
        .after(
            gateway,
            SAYS,
            () -> {
              waiting.keySet().forEach(this::wanted);
              demand();
              start();
            });
  }

  /** Whether a request for {@code model} is to wait here now, since it may wake it. */
  boolean isFor(ModelName model) {
    return entry(model)
        .filter(known -> known.readyCount() == 0)
        .filter(known -> known.wakes() && known.mayBecomeReady())
        .isPresent();
  }

  /** Holds a request until somebody serves it, or nobody does for too long. */
  void hold(ModelName model, Runnable then) {
    int before = waiting.getOrDefault(model, 0);
    if (before >= MOST) {
      return;
    }
    waiting.put(model, before + 1);
    if (before == 0) {
      wanted(model);
    }
    look(model, world.now().plus(LONGEST), then);
  }

  private void look(ModelName model, Duration until, Runnable then) {
    world
        .network()
        .after(
            gateway,
            LOOKS,
            () -> {
              boolean served = entry(model).filter(known -> known.readyCount() > 0).isPresent();
              if (served || world.now().compareTo(until) > 0) {
                leave(model);
                then.run();
              } else {
                look(model, until, then);
              }
            });
  }

  private void leave(ModelName model) {
    int left = waiting.getOrDefault(model, 1) - 1;
    if (left > 0) {
      waiting.put(model, left);
    } else {
      waiting.remove(model);
    }
  }

  private Optional<ModelEntry> entry(ModelName model) {
    return routes.snapshot().find(model.value());
  }

  private void wanted(ModelName model) {
    List<RegistryShell> all = world.registries();
    RegistryShell node = all.get(world.timeline().random().nextInt(all.size()));
    int count = waiting.getOrDefault(model, 0);
    world
        .network()
        .send(
            gateway,
            node.name(),
            "wanted",
            () -> world.cluster().model(node.name(), model).wanted(count));
  }

  private void demand() {
    List<ModelDemand> models =
        waiting.entrySet().stream()
            .map(each -> new ModelDemand(each.getKey(), each.getValue(), 0, Optional.empty()))
            .toList();
    Demand demand = new Demand(gateway, ++sequence, models);
    for (RegistryShell node : world.registries()) {
      world.network().send(gateway, node.name(), "gossip", () -> node.demanded(demand));
    }
  }
}
