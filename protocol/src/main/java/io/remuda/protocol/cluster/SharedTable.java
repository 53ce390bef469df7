package io.remuda.protocol.cluster;

import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.Key;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/**
 * One of the tables that spread through the fleet, split by key into {@link Keys#SHARDS} parts.
 *
 * @param <E> an entry
 * @param <T> a part of the table
 */
public final class SharedTable<E, T extends AbstractReplicatedData<T>> {

  /** How requests reach instances; written by machines. */
  public static final SharedTable<Route, RouteTable> ROUTES =
      new SharedTable<>(
          "routes",
          RouteTable::key,
          RouteTable::new,
          route -> Keys.shardOf(route.instance().model()));

  /** The deployments; written by the registry. */
  public static final SharedTable<Listing, Catalog> CATALOG =
      new SharedTable<>(
          "catalog", Catalog::key, Catalog::new, listing -> Keys.shardOf(listing.name()));

  /** The API keys; written by the registry. */
  public static final SharedTable<ApiKey, AccessTable> ACCESS =
      new SharedTable<>(
          "access",
          AccessTable::key,
          AccessTable::new,
          key -> Math.floorMod(key.id().value().hashCode(), Keys.SHARDS));

  private final String name;
  private final IntFunction<Key<T>> keys;
  private final Function<Collection<E>, T> maker;
  private final ToIntFunction<E> shards;

  private SharedTable(
      String name,
      IntFunction<Key<T>> keys,
      Function<Collection<E>, T> maker,
      ToIntFunction<E> shards) {
    this.name = name;
    this.keys = keys;
    this.maker = maker;
    this.shards = shards;
  }

  /** For logs and actor names. */
  public String name() {
    return name;
  }

  /** Where the part of {@code shard}, 0 to {@link Keys#SHARDS} - 1, is kept. */
  public Key<T> key(int shard) {
    return keys.apply(shard);
  }

  public int shardOf(E entry) {
    return shards.applyAsInt(entry);
  }

  /** A part with these entries; of two with one identity the newer one. */
  public T of(Collection<E> entries) {
    return maker.apply(entries);
  }
}
