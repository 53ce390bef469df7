package io.remuda.registry.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.TenantLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All API keys, also the revoked ones: a tombstone keeps a stale copy from reviving its key.
 *
 * @param tenants limits of those that have or had any, by their names
 */
public record AccessState(
    long sequence, Map<KeyId, ApiKey> keys, Map<String, TenantLimits> tenants) {

  public static final AccessState EMPTY = new AccessState(0, Map.of(), Map.of());

  public AccessState {
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
    tenants = Collections.unmodifiableMap(new TreeMap<>(tenants));
  }

  public Optional<TenantLimits> tenant(String name) {
    return Optional.ofNullable(tenants.get(name));
  }

  public Optional<ApiKey> get(KeyId id) {
    return Optional.ofNullable(keys.get(id));
  }

  /**
   * Keys behind {@code after} in the order of their ids, one at least, of so many bytes at most.
   */
  List<ApiKey> page(Optional<KeyId> after, int bytes) {
    List<ApiKey> page = new ArrayList<>();
    int sum = 0;
    for (ApiKey key : keys.values()) {
      if (after.isPresent() && key.id().compareTo(after.get()) <= 0) {
        continue;
      }
      sum += key.size();
      if (sum > bytes && !page.isEmpty()) {
        break;
      }
      page.add(key);
    }
    return page;
  }

  /** Of all keys in messages, in bytes. */
  int size() {
    return keys.values().stream().mapToInt(ApiKey::size).sum();
  }

  /** This state after {@code event}. */
  public AccessState on(AccessEvent event) {
    return event.applyTo(new AccessState(sequence + 1, keys, tenants));
  }

  AccessState with(ApiKey key) {
    TreeMap<KeyId, ApiKey> next = new TreeMap<>(keys);
    next.put(key.id(), key);
    return new AccessState(sequence, next, tenants);
  }

  AccessState with(TenantLimits tenant) {
    TreeMap<String, TenantLimits> next = new TreeMap<>(tenants);
    next.put(tenant.tenant(), tenant);
    return new AccessState(sequence, keys, next);
  }
}
