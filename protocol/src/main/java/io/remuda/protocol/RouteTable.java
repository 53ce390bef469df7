package io.remuda.protocol;

import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.Key;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.remuda.protocol.id.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The routes of one shard of the models, as they spread through the fleet. Merging is commutative,
 * associative and idempotent: of two entries with one identity the newer one stays. Nothing is ever
 * withdrawn by being absent.
 */
public final class RouteTable extends AbstractReplicatedData<RouteTable> implements WireMessage {

  public static final RouteTable EMPTY = new RouteTable(List.of());

  private final TreeMap<InstanceId, Route> entries;

  @JsonCreator
  public RouteTable(@JsonProperty("entries") Collection<Route> entries) {
    this.entries = new TreeMap<>();
    for (Route entry : entries) {
      this.entries.merge(entry.instance(), entry, RouteTable::newer);
    }
  }

  private RouteTable(TreeMap<InstanceId, Route> entries) {
    this.entries = new TreeMap<>(entries);
  }

  /** The key under which the entries of {@code shard}, 0 to {@link Keys#SHARDS} - 1, are kept. */
  public static Key<RouteTable> key(int shard) {
    return new RouteTableKey(Keys.ROUTES + shard);
  }

  /** All entries, ordered by identity; the order makes equal tables equal bytes. */
  @JsonProperty("entries")
  public List<Route> entries() {
    return List.copyOf(entries.values());
  }

  public Optional<Route> get(InstanceId id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** This table with {@code entry}, unless it holds a newer one. */
  public RouteTable with(Route entry) {
    return merge(new RouteTable(List.of(entry)));
  }

  /** This table without the entries that match: for tombstones whose time is over. */
  public RouteTable without(Predicate<Route> over) {
    return new RouteTable(entries.values().stream().filter(over.negate()).toList());
  }

  @Override
  public RouteTable mergeData(RouteTable that) {
    return merge(that);
  }

  /** This table itself where the other one tells nothing new: most of what gossip brings. */
  private RouteTable merge(RouteTable that) {
    Optional<RouteTable> merged = Optional.empty();
    for (Route entry : that.entries.values()) {
      Route known = entries.get(entry.instance());
      if (known == null || !known.equals(newer(known, entry))) {
        if (merged.isEmpty()) {
          merged = Optional.of(new RouteTable(entries));
        }
        merged.get().entries.put(entry.instance(), entry);
      }
    }
    return merged.orElse(this);
  }

  /** Of two that claim the same version, which no writer sends, all nodes keep the same one. */
  private static Route newer(Route a, Route b) {
    if (a.equals(b)) {
      return a;
    }
    if (a.isNewerThan(b) || b.isNewerThan(a)) {
      return b.isNewerThan(a) ? b : a;
    }
    return a.toString().compareTo(b.toString()) >= 0 ? a : b;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RouteTable table && entries.equals(table.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return "RouteTable" + entries.values();
  }

  private static final class RouteTableKey extends Key<RouteTable> {
    private RouteTableKey(String id) {
      super(id);
    }
  }
}
