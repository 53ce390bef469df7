package io.remuda.registry.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All API keys, also the revoked ones: a tombstone keeps a stale copy from reviving its key. */
public record AccessState(long sequence, Map<KeyId, ApiKey> keys) {

  public static final AccessState EMPTY = new AccessState(0, Map.of());

  public AccessState {
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
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
    return event.applyTo(new AccessState(sequence + 1, keys));
  }

  AccessState with(ApiKey key) {
    TreeMap<KeyId, ApiKey> next = new TreeMap<>(keys);
    next.put(key.id(), key);
    return new AccessState(sequence, next);
  }
}
