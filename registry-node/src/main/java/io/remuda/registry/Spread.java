package io.remuda.registry;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.ddata.Key;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Listing;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.model.CatalogLines;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.RegistryMessage.Stands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Writes the registry's part of the tables that every gateway reads, catalog and API keys, and
 * knows what the catalog says of all names.
 */
final class Spread implements CatalogLines {

  private static final Duration READ_LIMIT = Duration.ofSeconds(3);

  private final ActorSystem<?> system;
  private final CatalogCopy copy = new CatalogCopy();

  Spread(ActorSystem<?> system) {
    this.system = system;
  }

  /** Told to all nodes at once; gossip reaches those that do not answer in time. */
  private Replicator.WriteConsistency pushed() {
    return new Replicator.WriteAll(
        system.settings().config().getDuration("remuda.tables.push-timeout"));
  }

  @Override
  public void show(Listing listing) {
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

  @Override
  public CompletionStage<Optional<Listing>> shown(ModelName name) {
    Key<Catalog> key = Catalog.key(Keys.shardOf(name));
    CompletionStage<Replicator.GetResponse<Catalog>> response =
        AskPattern.ask(
            DistributedData.get(system).replicator(),
            replyTo -> new Replicator.Get<>(key, Replicator.readLocal(), replyTo),
            READ_LIMIT,
            system.scheduler());
    return response.thenApply(
        got ->
            got instanceof Replicator.GetSuccess<Catalog> success
                ? success.get(key).get(name)
                : Optional.empty());
  }

  /** A part of the catalog has changed. */
  void heard(Catalog part) {
    copy.heard(part);
  }

  @Override
  public Map<ModelName, Listing> known() {
    return copy.lines();
  }

  @Override
  public CompletionStage<Stands> whatIs(ModelName name) {
    return ClusterSharding.get(system)
        .entityRefFor(RegistryProtocol.TYPE_KEY, name.value())
        .ask(replyTo -> new RegistryMessage.WhatIs(name, replyTo), READ_LIMIT);
  }

  void access(AccessTable news) {
    for (ApiKey key : news.entries()) {
      access(key.id().value(), table -> table.with(key));
    }
    for (TenantLimits tenant : news.tenants()) {
      access(tenant.tenant(), table -> table.with(tenant));
    }
  }

  private void access(String name, Function<AccessTable, AccessTable> change) {
    DistributedData.get(system)
        .replicator()
        .tell(
            new Replicator.Update<>(
                AccessTable.key(Math.floorMod(name.hashCode(), Keys.SHARDS)),
                AccessTable.EMPTY,
                pushed(),
                system.ignoreRef(),
                change::apply));
  }
}
