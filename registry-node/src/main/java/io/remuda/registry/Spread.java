package io.remuda.registry;

import akka.actor.typed.ActorSystem;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Listing;
import java.util.List;

/** Writes the registry's part of the tables that every gateway reads: catalog and API keys. */
final class Spread {

  private final ActorSystem<?> system;

  Spread(ActorSystem<?> system) {
    this.system = system;
  }

  /** Told to all nodes at once; gossip reaches those that do not answer in time. */
  private Replicator.WriteConsistency pushed() {
    return new Replicator.WriteAll(
        system.settings().config().getDuration("remuda.tables.push-timeout"));
  }

  void listing(Listing listing) {
    DistributedData.get(system)
        .replicator()
        .tell(
            new Replicator.Update<>(
                Catalog.key(Keys.shardOf(listing.name())),
                Catalog.EMPTY,
                pushed(),
                system.ignoreRef(),
                catalog -> catalog.with(listing)));
  }

  void keys(List<ApiKey> keys) {
    for (ApiKey key : keys) {
      DistributedData.get(system)
          .replicator()
          .tell(
              new Replicator.Update<>(
                  AccessTable.key(Math.floorMod(key.id().value().hashCode(), Keys.SHARDS)),
                  AccessTable.EMPTY,
                  pushed(),
                  system.ignoreRef(),
                  table -> table.with(key)));
    }
  }
}
