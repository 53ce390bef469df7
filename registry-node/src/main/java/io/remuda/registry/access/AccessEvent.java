package io.remuda.registry.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What happened to the API keys. Applying an event changes state and never decides. */
public sealed interface AccessEvent extends JournalEvent {

  AccessState applyTo(AccessState state);

  KeyId key();

  @Override
  default String subject() {
    return key().value();
  }

  @Override
  default Map<String, String> details() {
    return Map.of("key", key().value());
  }

  /** A key was made; its secret is known to its holder alone. */
  record KeyCreated(ApiKey created, Instant at) implements AccessEvent {
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
  record KeyRevoked(KeyId key, Instant at) implements AccessEvent {
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
      implements AccessEvent {
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
}
