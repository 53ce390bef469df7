package io.remuda.deploy.simulation;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.CatalogEntry;
import io.remuda.registry.model.Outlook;
import io.remuda.registry.model.Sight;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What an owner's Announcing is: its line in the catalog, and where its instances are. */
final class ModelVoice {

  /** What no event tells is told so late at most; to make up a line takes longer than a step. */
  private static final Duration LOOKS_EVERY = Duration.ofSeconds(1);

  private final World world;
  private final RegistryShell node;
  private final ModelName name;
  private final SimulatedRef<RegistryProtocol.Command> self;
  private final CatalogEntry entry = new CatalogEntry(this::list);
  private Optional<Listing> last = Optional.empty();
  private Map<InstanceId, MachineId> watched = Map.of();
  private long shown = -1;
  private Duration due = Duration.ZERO;

  /**
   * @param term higher than that of every owner before
   */
  ModelVoice(
      World world,
      RegistryShell node,
      ModelName name,
      SimulatedRef<RegistryProtocol.Command> self,
      long term) {
    this.world = world;
    this.node = node;
    this.name = name;
    this.self = self;
    entry.ownedIn(term);
  }

  void show(Sight sight) {
    Map<InstanceId, MachineId> now = new TreeMap<>();
    sight.state().instances().values().forEach(one -> now.put(one.id(), one.machine()));
    if (!now.equals(watched)) {
      watched = now;
      node.watched(new FleetMessage.Watch(name, now, self));
    }
    boolean changed = sight.state().sequence() != shown;
    if (changed || world.now().compareTo(due) >= 0) {
      shown = sight.state().sequence();
      due = world.now().plus(LOOKS_EVERY);
      entry.show(sight.state(), Outlook.of(sight));
    }
  }

  /** Says its line again, as gossip does. */
  void again() {
    last.ifPresent(this::tell);
  }

  private void list(Listing line) {
    Listing said = world.plant() == Plant.PINNED_GOES ? Bugs.unpinned(line) : line;
    last = Optional.of(said);
    tell(said);
  }

  private void tell(Listing line) {
    Catalog catalog = new Catalog(List.of(line));
    for (GatewayShell gateway : world.gateways()) {
      world
          .network()
          .send(node.name(), gateway.name(), "gossip", () -> gateway.routes().merge(catalog));
    }
    for (RegistryShell other : world.registries()) {
      world.network().send(node.name(), other.name(), "gossip", () -> other.listed(line));
    }
  }
}
