package io.remuda.deploy.simulation;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.lease.LeaseState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Which registry node owns which entity. A second life of one may begin elsewhere while the first
 * goes on, as after a pause or a partition: then nodes on the first one's side still speak to it.
 */
final class Cluster {

  private record Belief(String node, String entity) {}

  private final World world;
  private final Map<String, Entity> present = new TreeMap<>();
  private final Map<Belief, Entity> beliefs = new HashMap<>();
  private final TreeMap<ModelName, String> names = new TreeMap<>();

  /** Those that are not closed. */
  private final TreeMap<LeaseId, String> leases = new TreeMap<>();

  private long lives;

  Cluster(World world) {
    this.world = world;
  }

  ModelOwner model(String from, ModelName name) {
    String id = names.computeIfAbsent(name, each -> PersistenceIds.model(each.value()));
    return (ModelOwner)
        owner(from, id, (node, life) -> new ModelOwner(world, node, name, id, life));
  }

  MachineOwner machine(String from, MachineId machine) {
    String id = PersistenceIds.machine(machine.value());
    return (MachineOwner)
        owner(from, id, (node, life) -> new MachineOwner(world, node, machine, id, life));
  }

  LeaseOwner lease(String from, LeaseId lease) {
    String id = leases.computeIfAbsent(lease, each -> PersistenceIds.lease(each.value()));
    return (LeaseOwner)
        owner(from, id, (node, life) -> new LeaseOwner(world, node, lease, id, life));
  }

  private Entity owner(String from, String id, BiFunction<RegistryShell, Long, Entity> made) {
    Entity believed = beliefs.isEmpty() ? null : beliefs.get(new Belief(from, id));
    if (believed != null && believed.isAlive()) {
      return believed;
    }
    Entity now = present.get(id);
    return now != null && now.isAlive() ? now : begin(id, made);
  }

  private Entity begin(String id, BiFunction<RegistryShell, Long, Entity> made) {
    List<RegistryShell> up = world.registries().stream().filter(RegistryShell::isUp).toList();
    if (up.isEmpty()) {
      // One that is dead already: what it is told is lost.
      return made.apply(world.registries().get(0), ++lives);
    }
    RegistryShell node = up.get(world.timeline().random().nextInt(up.size()));
    Entity next = made.apply(node, ++lives);
    present.put(id, next);
    world.story().tell(node.name(), id + " lives");
    next.begin();
    return next;
  }

  /** The owner of {@code name} moves; the one before lives on for a while. */
  void move(ModelName name, Duration overlap) {
    move(PersistenceIds.model(name.value()), overlap, () -> model("", name));
  }

  void move(LeaseId lease, Duration overlap) {
    move(PersistenceIds.lease(lease.value()), overlap, () -> lease("", lease));
  }

  private void move(String id, Duration overlap, Runnable next) {
    Entity before = present.remove(id);
    if (before == null || !before.isAlive()) {
      return;
    }
    for (RegistryShell node : world.registries()) {
      if (world.timeline().chance(40)) {
        beliefs.put(new Belief(node.name(), id), before);
      }
    }
    next.run();
    world.timeline().after(overlap, () -> before.stop("moved away"));
  }

  /** Everybody whose node is gone gets a new life; names in their order. */
  void wakeAll() {
    List.copyOf(names.keySet()).forEach(name -> model("", name));
    leases.entrySet().removeIf(each -> isClosed(each.getKey(), each.getValue()));
    List.copyOf(leases.keySet()).forEach(lease -> lease("", lease));
  }

  private boolean isClosed(LeaseId lease, String id) {
    return world.journal().lease(id, LeaseState.empty(lease)).closed();
  }

  /** The owners, as {@code from} knows them, hear how far the journal goes. */
  void tellWritten(String from) {
    if (world.journal().isAway()) {
      return;
    }
    for (ModelName name : names()) {
      ModelOwner owner = model(from, name);
      long last = world.journal().last(owner.id());
      world.network().send(from, owner.node.name(), "written", () -> owner.written(last));
    }
    for (LeaseId lease : leases()) {
      LeaseOwner owner = lease(from, lease);
      long last = world.journal().last(owner.id());
      world.network().send(from, owner.node.name(), "written", () -> owner.written(last));
    }
  }

  /** All sides see the same again. */
  void settle() {
    beliefs.clear();
  }

  List<ModelName> names() {
    return List.copyOf(names.keySet());
  }

  List<LeaseId> leases() {
    return List.copyOf(leases.keySet());
  }

  Optional<LeaseOwner> present(LeaseId lease) {
    return Optional.ofNullable((LeaseOwner) present.get(PersistenceIds.lease(lease.value())));
  }

  Optional<ModelOwner> present(ModelName name) {
    return Optional.ofNullable((ModelOwner) present.get(PersistenceIds.model(name.value())));
  }
}
