package io.remuda.gateway;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import io.remuda.gateway.http.KeyClient;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.KeyId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first talk with the registry: it brings the keys that there are, wakes the way to sharded
 * entities before a client has to wait for it, and, where authentication is on and no key was ever
 * made, makes the administrator's. Its fixed id lets one of several gateways win. Told to make
 * another one, it does so whatever keys there are: the way back in for whoever lost theirs and can
 * start a gateway with the fleet's key.
 */
final class FirstKey {

  private static final Logger LOG = LoggerFactory.getLogger(FirstKey.class);
  private static final KeyId ADMIN = new KeyId("admin");

  private final KeyClient registry;
  private final Routes routes;
  private final ActorSystem<?> local;
  private final Duration retry;
  private final boolean another;
  // The same one on each try: of a try whose reply was lost nobody knows whether it was kept.
  private final Optional<KeyMint.Minted> minted;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Optional<String>> secret = new CompletableFuture<>();

  FirstKey(
      KeyClient registry,
      Routes routes,
      KeyMint mint,
      InstantSource clock,
      boolean authentication,
      boolean another,
      ActorSystem<?> local,
      Duration retry) {
    this.registry = registry;
    this.routes = routes;
    this.local = local;
    this.retry = retry;
    this.another = another;
    this.minted = authentication ? Optional.of(mint(mint, clock, another)) : Optional.empty();
  }

  private static KeyMint.Minted mint(KeyMint mint, InstantSource clock, boolean another) {
    Set<Scope> all = EnumSet.allOf(Scope.class);
    return another
        ? mint.mint("made with --new-admin-key", all, Set.of(), clock.instant(), Optional.empty())
        : mint.mint(
            ADMIN, "made at the first start", all, Set.of(), clock.instant(), Optional.empty());
  }

  /** Tries until a registry answers or {@link #close} is called. */
  void start() {
    // A young registry may lose its first message: a second one is sent long before an operator's
    // call would give up. Reading twice does no harm.
    registry
        .all()
        .toCompletableFuture()
        .copy()
        .orTimeout(2 * retry.toMillis(), TimeUnit.MILLISECONDS)
        .thenCompose(this::withKeys)
        .whenComplete(
            (made, failure) -> {
              if (failure == null) {
                secret.complete(made);
              } else if (!closed.get()) {
                LOG.debug("event=keys-not-read retryMillis={}", retry.toMillis());
                Patterns.after(
                        retry, local, () -> CompletableFuture.completedStage(Done.getInstance()))
                    .thenRun(this::start);
              }
            });
  }

  /** The administrator's key when this gateway made it: the only copy. Empty otherwise. */
  CompletionStage<Optional<String>> secret() {
    return secret.minimalCompletionStage();
  }

  void close() {
    closed.set(true);
    secret.complete(Optional.empty());
  }

  private CompletionStage<Optional<String>> withKeys(List<ApiKey> keys) {
    routes.merge(new AccessTable(keys));
    if (minted.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    KeyMint.Minted mine = minted.get();
    if (keys.stream().anyMatch(key -> isSame(key, mine.key()))) {
      return CompletableFuture.completedStage(Optional.of(mine.secret()));
    }
    if (!keys.isEmpty() && !another) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    return registry
        .create(mine.key())
        .thenApply(
            stored -> {
              routes.merge(new AccessTable(stored.isEmpty() ? List.of(mine.key()) : stored));
              LOG.info("event=admin-key-made id={}", mine.key().id());
              return Optional.of(mine.secret());
            });
  }

  private static boolean isSame(ApiKey stored, ApiKey made) {
    return stored.id().equals(made.id()) && stored.secretHash().equals(made.secretHash());
  }
}
