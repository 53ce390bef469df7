package io.remuda.protocol;

import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.Key;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.remuda.protocol.id.ModelName;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The deployments of one shard of the names, as they spread through the fleet. Merging is
 * commutative, associative and idempotent: of two entries with one identity the newer one stays.
 * Nothing is ever withdrawn by being absent.
 */
public final class Catalog extends AbstractReplicatedData<Catalog> implements WireMessage {

  public static final Catalog EMPTY = new Catalog(List.of());

  private final TreeMap<ModelName, Listing> entries = new TreeMap<>();

  @JsonCreator
  public Catalog(@JsonProperty("entries") Collection<Listing> entries) {
    for (Listing entry : entries) {
      this.entries.merge(entry.name(), entry, Catalog::newer);
    }
  }

  /** The key under which the entries of {@code shard}, 0 to {@link Keys#SHARDS} - 1, are kept. */
  public static Key<Catalog> key(int shard) {
    return new CatalogKey(Keys.CATALOG + shard);
  }

  /** All entries, ordered by identity; the order makes equal tables equal bytes. */
  @JsonProperty("entries")
  public List<Listing> entries() {
    return List.copyOf(entries.values());
  }

  public Optional<Listing> get(ModelName id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** This table with {@code entry}, unless it holds a newer one. */
  public Catalog with(Listing entry) {
    return merge(new Catalog(List.of(entry)));
  }

  /** This table without the entries that match: for tombstones whose time is over. */
  public Catalog without(Predicate<Listing> over) {
    return new Catalog(entries.values().stream().filter(over.negate()).toList());
  }

  @Override
  public Catalog mergeData(Catalog that) {
    return merge(that);
  }

  private Catalog merge(Catalog that) {
    Catalog merged = new Catalog(entries.values());
    that.entries.forEach((id, entry) -> merged.entries.merge(id, entry, Catalog::newer));
    return merged;
  }

  /** Of two that claim the same version, which no writer sends, all nodes keep the same one. */
  private static Listing newer(Listing a, Listing b) {
    if (a.isNewerThan(b) || b.isNewerThan(a)) {
      return b.isNewerThan(a) ? b : a;
    }
    return a.toString().compareTo(b.toString()) >= 0 ? a : b;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Catalog table && entries.equals(table.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return "Catalog" + entries.values();
  }

  private static final class CatalogKey extends Key<Catalog> {
    private CatalogKey(String id) {
      super(id);
    }
  }
}
