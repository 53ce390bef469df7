package io.remuda.node.instance;

import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The instances of this machine, for the byte path: read by any thread without a lock, written by
 * each instance for itself. Belongs to no ActorSystem, so that requests go on while one is rebuilt.
 */
public final class Hosted {

  private final ConcurrentHashMap<InstanceId, HostedInstance> instances = new ConcurrentHashMap<>();
  private volatile List<Route> routes = List.of();

  public Optional<HostedInstance> find(InstanceId id) {
    return Optional.ofNullable(instances.get(id));
  }

  public Collection<HostedInstance> all() {
    return List.copyOf(instances.values());
  }

  public void put(HostedInstance instance) {
    instances.put(instance.id(), instance);
  }

  public void remove(InstanceId id) {
    instances.remove(id);
  }

  /** What the machine last said of its instances, ended ones too. */
  public List<Route> routes() {
    return routes;
  }

  public void routes(List<Route> now) {
    routes = List.copyOf(now);
  }
}
