package io.remuda.registry.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What happened to the API keys. Applying an event changes state and never decides. */
public sealed interface AccessEvent extends JournalEvent {

  AccessState applyTo(AccessState state);

  /** The key that it happened to; empty where it happened to a tenant. */
  Optional<KeyId> changed();

  /** What happened to one key. */
  sealed interface OfKey extends AccessEvent {
    KeyId key();

    @Override
    default Optional<KeyId> changed() {
      return Optional.of(key());
    }

    @Override
    default String subject() {
      return key().value();
    }

    @Override
    default Map<String, String> details() {
      return Map.of("key", key().value());
    }
  }

  /** A key was made; its secret is known to its holder alone. */
  record KeyCreated(ApiKey created, Instant at) implements OfKey {
    @Override
    public KeyId key() {
      return created.id();
    }

    @Override
    public AccessState applyTo(AccessState state) {
      return state.with(created.at(state.sequence()));
    }

    @Override
    public String text() {
      return "key %s created with %s".formatted(created.id(), created.scopes());
    }
  }

  /** A key is worth nothing any more. */
  record KeyRevoked(KeyId key, Instant at) implements OfKey {
    @Override
    public AccessState applyTo(AccessState state) {
      return state.get(key).map(k -> state.with(k.revokedAt(state.sequence()))).orElse(state);
    }

    @Override
    public String text() {
      return "key " + key + " revoked";
    }
  }

  /**
   * A key has another secret.
   *
   * @param oldUntil the one that it had is good until then; empty: no more, nor any before it
   */
  record KeyRotated(KeyId key, String secretHash, Optional<Instant> oldUntil, Instant at)
      implements OfKey {
    @Override
    public AccessState applyTo(AccessState state) {
      return state
          .get(key)
          .map(known -> state.with(known.rotatedAt(state.sequence(), secretHash, oldUntil, at)))
          .orElse(state);
    }

    @Override
    public String text() {
      return "key %s rotated; its old secret is good %s"
          .formatted(key, oldUntil.map(until -> "until " + until).orElse("no more"));
    }
  }

  /** A key may ask for other amounts. */
  record KeyLimited(KeyId key, Limits limits, Instant at) implements OfKey {
    @Override
    public AccessState applyTo(AccessState state) {
      return state
          .get(key)
          .map(known -> state.with(known.limitedAt(state.sequence(), limits)))
          .orElse(state);
    }

    @Override
    public String text() {
      return "key %s is limited to %s".formatted(key, limits.text());
    }
  }

  /** All keys of a tenant may ask for other amounts together. */
  record TenantLimited(String tenant, Limits limits, Instant at) implements AccessEvent {
    @Override
    public Optional<KeyId> changed() {
      return Optional.empty();
    }

    @Override
    public AccessState applyTo(AccessState state) {
      return state.with(new TenantLimits(tenant, limits, state.sequence()));
    }

    @Override
    public String subject() {
      return "*tenant-" + tenant;
    }

    @Override
    public Map<String, String> details() {
      return Map.of("tenant", tenant);
    }

    @Override
    public String text() {
      return "tenant %s is limited to %s".formatted(tenant, limits.text());
    }
  }
}
