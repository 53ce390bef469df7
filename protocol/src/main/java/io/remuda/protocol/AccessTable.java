package io.remuda.protocol;

import akka.cluster.ddata.AbstractReplicatedData;
import akka.cluster.ddata.Key;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The API keys and the limits of tenants, as they spread through the fleet. Merging is commutative,
 * associative and idempotent: of two entries with one identity the newer one stays. Nothing is ever
 * withdrawn by being absent.
 */
public final class AccessTable extends AbstractReplicatedData<AccessTable> implements WireMessage {

  public static final AccessTable EMPTY = new AccessTable(List.of());

  private final TreeMap<KeyId, AccessProtocol.ApiKey> entries = new TreeMap<>();
  private final TreeMap<String, TenantLimits> tenants = new TreeMap<>();

  public AccessTable(Collection<AccessProtocol.ApiKey> entries) {
    this(entries, List.of());
  }

  /**
   * @param tenants those that have limits; an earlier version's table does not have them
   */
  @JsonCreator
  public AccessTable(
      @JsonProperty("entries") Collection<AccessProtocol.ApiKey> entries,
      @JsonProperty("tenants") List<TenantLimits> tenants) {
    for (AccessProtocol.ApiKey entry : entries) {
      this.entries.merge(entry.id(), entry, AccessTable::newer);
    }
    for (TenantLimits tenant : Absent.orEmpty(tenants)) {
      this.tenants.merge(tenant.tenant(), tenant, AccessTable::newer);
    }
  }

  /** The key under which the entries of {@code shard}, 0 to {@link Keys#SHARDS} - 1, are kept. */
  public static Key<AccessTable> key(int shard) {
    return new AccessTableKey(Keys.ACCESS + shard);
  }

  /** All entries, ordered by identity; the order makes equal tables equal bytes. */
  @JsonProperty("entries")
  public List<AccessProtocol.ApiKey> entries() {
    return List.copyOf(entries.values());
  }

  /** Limits of tenants, ordered by name. */
  @JsonProperty("tenants")
  public List<TenantLimits> tenants() {
    return List.copyOf(tenants.values());
  }

  /** What all keys of a tenant may ask of models together. */
  public Limits limitsOf(String tenant) {
    TenantLimits known = tenants.get(tenant);
    return known == null ? Limits.NONE : known.limits();
  }

  public Optional<AccessProtocol.ApiKey> get(KeyId id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** This table with {@code entry}, unless it holds a newer one. */
  public AccessTable with(AccessProtocol.ApiKey entry) {
    return merge(new AccessTable(List.of(entry)));
  }

  /** The same with a tenant's limits. */
  public AccessTable with(TenantLimits tenant) {
    return merge(new AccessTable(List.of(), List.of(tenant)));
  }

  /** This table without the entries that match: for tombstones whose time is over. */
  public AccessTable without(Predicate<AccessProtocol.ApiKey> over) {
    return new AccessTable(entries.values().stream().filter(over.negate()).toList(), tenants());
  }

  @Override
  public AccessTable mergeData(AccessTable that) {
    return merge(that);
  }

  private AccessTable merge(AccessTable that) {
    AccessTable merged = new AccessTable(entries.values(), tenants());
    that.entries.forEach((id, entry) -> merged.entries.merge(id, entry, AccessTable::newer));
    that.tenants.forEach((name, entry) -> merged.tenants.merge(name, entry, AccessTable::newer));
    return merged;
  }

  /** Of two that claim the same version, which no writer sends, all nodes keep the same one. */
  private static AccessProtocol.ApiKey newer(AccessProtocol.ApiKey a, AccessProtocol.ApiKey b) {
    if (a.isNewerThan(b) || b.isNewerThan(a)) {
      return b.isNewerThan(a) ? b : a;
    }
    return a.toString().compareTo(b.toString()) >= 0 ? a : b;
  }

  private static TenantLimits newer(TenantLimits a, TenantLimits b) {
    if (a.isNewerThan(b) || b.isNewerThan(a)) {
      return b.isNewerThan(a) ? b : a;
    }
    return a.toString().compareTo(b.toString()) >= 0 ? a : b;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AccessTable table
        && entries.equals(table.entries)
        && tenants.equals(table.tenants);
  }

  @Override
  public int hashCode() {
    return 31 * entries.hashCode() + tenants.hashCode();
  }

  @Override
  public String toString() {
    return "AccessTable" + entries.values() + tenants.values();
  }

  private static final class AccessTableKey extends Key<AccessTable> {
    private AccessTableKey(String id) {
      super(id);
    }
  }
}
