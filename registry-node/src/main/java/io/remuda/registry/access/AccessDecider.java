package io.remuda.registry.access;

import static io.remuda.protocol.ErrorCode.INSUFFICIENT_QUOTA;
import static io.remuda.protocol.ErrorCode.INVALID_REQUEST;
import static io.remuda.protocol.ErrorCode.NOT_FOUND;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.access.AccessEvent.KeyCreated;
import io.remuda.registry.access.AccessEvent.KeyLimited;
import io.remuda.registry.access.AccessEvent.KeyRevoked;
import io.remuda.registry.access.AccessEvent.KeyRotated;
import io.remuda.registry.access.AccessEvent.TenantLimited;
import java.time.Instant;
import java.util.Optional;

/**
 * What an operator's command does to the API keys and to the limits of tenants.
 *
 * <p>Guarantees: a command that is heard twice changes nothing more; a key that was revoked stays
 * so; there are never more keys, secrets of one key or tenants than gateways can be told of.
 */
final class AccessDecider {

  /** Secrets of one key that are good beside its newest: each is tried when a key is shown. */
  static final int MOST_REPLACED = 4;

  /** Their limits all fit into one message. */
  static final int MOST_TENANTS = 1_000;

  private AccessDecider() {}

  /**
   * Adds a key.
   *
   * @param mostBytes of all keys
   */
  static AccessDecision create(AccessState state, ApiKey key, int mostBytes, Instant at) {
    Optional<ApiKey> known = state.get(key.id());
    if (known.isPresent()) {
      return known.get().secretHash().equals(key.secretHash())
          ? AccessDecision.NOTHING
          : AccessDecision.refused(
              INVALID_REQUEST,
              "there is a key %s already; make one with another id".formatted(key.id()));
    }
    if (state.size() + key.size() > mostBytes) {
      return AccessDecision.refused(
          INSUFFICIENT_QUOTA,
          "%d API keys are as many as gateways can be told of, revoked ones counted; use one"
                  .formatted(state.keys().size())
              + " that there is, or name fewer models");
    }
    return AccessDecision.write(new KeyCreated(key, at));
  }

  static AccessDecision revoke(AccessState state, KeyId id, Instant at) {
    Optional<ApiKey> known = state.get(id);
    if (known.isEmpty()) {
      return noSuchKey(id);
    }
    return known.get().revoked()
        ? AccessDecision.NOTHING
        : AccessDecision.write(new KeyRevoked(id, at));
  }

  /**
   * Gives a key another secret.
   *
   * @param oldUntil the one that it has is good until then; empty: no more, nor any before it
   */
  static AccessDecision rotate(
      AccessState state, KeyId id, String secretHash, Optional<Instant> oldUntil, Instant at) {
    Optional<ApiKey> known = state.get(id);
    if (known.isEmpty()) {
      return noSuchKey(id);
    }
    if (known.get().revoked()) {
      return AccessDecision.refused(
          INVALID_REQUEST, "key %s was revoked, for ever; make another one".formatted(id));
    }
    if (known.get().secretHash().equals(secretHash)) {
      // Its reply was lost; what was written then is in force.
      return AccessDecision.NOTHING;
    }
    if (oldUntil.isPresent() && known.get().goodBeside(at).size() >= MOST_REPLACED) {
      return AccessDecision.refused(
          INVALID_REQUEST,
          "%d old secrets of key %s are still good; wait for the first one's end, or rotate it"
                  .formatted(MOST_REPLACED, id)
              + " without overlap, which ends them all");
    }
    return AccessDecision.write(new KeyRotated(id, secretHash, oldUntil, at));
  }

  static AccessDecision limitKey(AccessState state, KeyId id, Limits limits, Instant at) {
    Optional<ApiKey> known = state.get(id);
    if (known.isEmpty()) {
      return noSuchKey(id);
    }
    return known.get().limits().equals(limits)
        ? AccessDecision.NOTHING
        : AccessDecision.write(new KeyLimited(id, limits, at));
  }

  static AccessDecision limitTenant(AccessState state, String tenant, Limits limits, Instant at) {
    Optional<TenantLimits> known = state.tenant(tenant);
    if (known.map(TenantLimits::limits).orElse(Limits.NONE).equals(limits)) {
      return AccessDecision.NOTHING;
    }
    if (known.isEmpty() && state.tenants().size() >= MOST_TENANTS) {
      return AccessDecision.refused(
          INSUFFICIENT_QUOTA,
          "%d tenants with limits are as many as gateways can be told of; limit keys instead"
              .formatted(MOST_TENANTS));
    }
    return AccessDecision.write(new TenantLimited(tenant, limits, at));
  }

  private static AccessDecision noSuchKey(KeyId id) {
    return AccessDecision.refused(
        NOT_FOUND, "there is no key %s; `remuda keys ls` shows which there are".formatted(id));
  }
}
