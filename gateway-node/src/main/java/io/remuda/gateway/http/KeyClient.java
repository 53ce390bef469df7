package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Asks the registry of API keys, and of what keys and tenants may ask of models, by way of the
 * {@link FleetClient}: as bounded, and with the same refusal while no registry is in sight.
 */
public final class KeyClient {

  private final RegistryLink link;

  public KeyClient(FleetClient fleet) {
    this.link = fleet.link();
  }

  /** All keys, in the order of their ids. */
  public CompletionStage<List<ApiKey>> all() {
    return all(List.of());
  }

  /** With those that are known, and all behind them. */
  private CompletionStage<List<ApiKey>> all(List<ApiKey> known) {
    Optional<KeyId> last =
        known.isEmpty() ? Optional.empty() : Optional.of(known.get(known.size() - 1).id());
    return keys(replyTo -> new AccessProtocol.ListKeys(last, replyTo))
        .thenCompose(
            page -> {
              if (page.isEmpty()) {
                return CompletableFuture.completedStage(known);
              }
              last.ifPresent(before -> refuseNoProgress(before, page.get(0).id()));
              return all(Stream.concat(known.stream(), page.stream()).toList());
            });
  }

  /** Whoever answers with what is known already would be asked for ever. */
  private static void refuseNoProgress(KeyId asked, KeyId told) {
    if (told.compareTo(asked) <= 0) {
      throw new IllegalStateException(
          "the registry was asked for the keys behind "
              + asked
              + " and told those from "
              + told
              + " on, so that asking it further would never end; restart the registry nodes, all"
              + " with the same version");
    }
  }

  public CompletionStage<List<ApiKey>> create(ApiKey key) {
    return keys(replyTo -> new AccessProtocol.CreateKey(key, replyTo));
  }

  CompletionStage<List<ApiKey>> revoke(KeyId id) {
    return keys(replyTo -> new AccessProtocol.RevokeKey(id, replyTo));
  }

  CompletionStage<List<ApiKey>> rotate(KeyId id, String secretHash, Optional<Instant> oldUntil) {
    return keys(replyTo -> new AccessProtocol.RotateKey(id, secretHash, oldUntil, replyTo));
  }

  CompletionStage<List<ApiKey>> limit(KeyId id, Limits limits) {
    return keys(replyTo -> new AccessProtocol.LimitKey(id, limits, replyTo));
  }

  CompletionStage<List<TenantLimits>> limitTenant(String tenant, Limits limits) {
    return tenants(replyTo -> new AccessProtocol.LimitTenant(tenant, limits, replyTo));
  }

  /** All that have or had limits. */
  CompletionStage<List<TenantLimits>> tenants() {
    return tenants(AccessProtocol.ListTenants::new);
  }

  private CompletionStage<List<ApiKey>> keys(
      Function<ActorRef<AccessProtocol.Reply>, AccessProtocol.Command> message) {
    return link.again(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID, message)
        .thenApply(reply -> RegistryLink.present(Optional.of(reply.keys()), reply.refused()));
  }

  private CompletionStage<List<TenantLimits>> tenants(
      Function<ActorRef<AccessProtocol.TenantReply>, AccessProtocol.Command> message) {
    return link.again(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID, message)
        .thenApply(reply -> RegistryLink.present(Optional.of(reply.tenants()), reply.refused()));
  }
}
