package io.remuda.registry.access;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.registry.journal.JournalEvent;
import java.time.Instant;
import java.util.Map;

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
      return state.with(
          new ApiKey(
              created.id(),
              created.label(),
              created.secretHash(),
              created.scopes(),
              created.models(),
              created.createdAt(),
              created.expiresAt(),
              created.revoked(),
              state.sequence()));
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
}
