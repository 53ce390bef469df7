package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.model.StrictFields;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * API keys: made, listed, rotated and revoked. A secret is shown once, in the answer that makes it.
 */
final class KeyRoutes {

  private static final Need NEED = Need.oneOf(Scope.ADMIN);

  /** How long an old secret is good where a rotation does not say. */
  private static final Duration OVERLAP = Duration.ofHours(1);

  private static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

  private final KeyClient keys;
  private final KeyMint mint;
  private final Routes routes;
  private final InstantSource clock;

  KeyRoutes(KeyClient keys, KeyMint mint, Routes routes, InstantSource clock) {
    this.keys = keys;
    this.mint = mint;
    this.routes = routes;
    this.clock = clock;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of("POST", "/v1/keys", NEED, "keys", "Make a key", this::create)
            .takes("NewKey")
            .gives(201, "CreatedKey"),
        ApiRoute.of("GET", "/v1/keys", NEED, "keys", "All keys, without their secrets", this::list)
            .gives(200, "KeyList"),
        ApiRoute.of(
                "POST",
                "/v1/keys/{id}/rotate",
                NEED,
                "keys",
                "Give a key another secret; the old one is good for a while",
                this::rotate)
            .takes("KeyRotation")
            .gives(200, "CreatedKey"),
        ApiRoute.of(
                "PUT",
                "/v1/keys/{id}/limits",
                NEED,
                "keys",
                "Limit what a key may ask of models",
                this::limit)
            .takes("Limits")
            .gives(200, "Key"),
        ApiRoute.of("DELETE", "/v1/keys/{id}", NEED, "keys", "Revoke a key", this::revoke)
            .gives(200, "Key"));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.json()
        .thenCompose(
            body -> {
              KeyMint.Minted minted = minted(body, call.caller());
              return keys.create(minted.key())
                  .thenApply(
                      stored -> {
                        publish(stored.isEmpty() ? List.of(minted.key()) : stored);
                        return Replies.with(
                            shownOnce(201, minted.key(), minted.secret()),
                            "Location",
                            "/v1/keys/" + minted.key().id());
                      });
            });
  }

  private CompletionStage<HttpResponse> list(Call call) {
    Instant now = clock.instant();
    return keys.all()
        .thenApply(all -> all.stream().filter(call.caller()::sees).toList())
        .thenApply(seen -> Replies.json(200, Json.list(seen, key -> Views.key(key, now))));
  }

  /**
   * Gives a key another secret. Whoever does it holds the key from then on, so it must be no wider
   * than their own.
   */
  private CompletionStage<HttpResponse> rotate(Call call) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return call.bytes()
        .thenCompose(
            body -> {
              Duration overlap = body.length == 0 ? OVERLAP : overlap(call.asJson(body));
              return known(call)
                  .thenCompose(
                      key -> {
                        requireGrant(call.caller(), key.scopes(), key.allowed(), key.tenant());
                        return rotated(key, now, overlap);
                      });
            });
  }

  private CompletionStage<HttpResponse> rotated(ApiKey key, Instant now, Duration overlap) {
    if (key.expiresAt().filter(end -> !now.isBefore(end)).isPresent()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "key " + key.id() + " has expired, and another secret would too; make another key");
    }
    KeyMint.Secret secret = mint.another(key.id());
    return keys.rotate(
            key.id(),
            secret.hash(),
            overlap.isZero() ? Optional.empty() : Optional.of(now.plus(overlap)))
        .thenApply(
            changed -> {
              publish(changed);
              ApiKey stored = changed.stream().findFirst().orElseThrow(KeyRoutes::noSuchKey);
              return shownOnce(200, stored, secret.shown());
            });
  }

  private static Duration overlap(JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", Set.of("overlapSeconds"));
    OptionalInt seconds =
        fields.integer("overlapSeconds", 0, Math.toIntExact(LONGEST_OVERLAP.toSeconds()));
    KeyWish.refuseProblems(fields);
    return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : OVERLAP;
  }

  private HttpResponse shownOnce(int status, ApiKey key, String secret) {
    ObjectNode json = Views.key(key, clock.instant());
    json.put("key", secret);
    return Replies.with(Replies.json(status, json), "Cache-Control", "no-store");
  }

  private CompletionStage<HttpResponse> limit(Call call) {
    Instant now = clock.instant();
    return call.json()
        .thenCompose(
            body -> {
              Limits limits = LimitWish.of(body);
              return known(call).thenCompose(key -> keys.limit(key.id(), limits));
            })
        .thenApply(
            changed -> {
              publish(changed);
              ApiKey limited = changed.stream().findFirst().orElseThrow(KeyRoutes::noSuchKey);
              return Replies.json(200, Views.key(limited, now));
            });
  }

  private CompletionStage<HttpResponse> revoke(Call call) {
    Instant now = clock.instant();
    return known(call)
        .thenCompose(key -> keys.revoke(key.id()))
        .thenApply(
            changed -> {
              publish(changed);
              ApiKey revoked = changed.stream().findFirst().orElseThrow(KeyRoutes::noSuchKey);
              return Replies.json(200, Views.key(revoked, now));
            });
  }

  /** This gateway obeys at once; the others when the table has reached them. */
  private void publish(List<ApiKey> changed) {
    routes.merge(new AccessTable(changed));
  }

  private KeyMint.Minted minted(JsonNode body, Caller creator) {
    Instant now = clock.instant();
    KeyWish wish = KeyWish.of(body, creator, now);
    requireGrant(creator, wish.scopes(), wish.models(), wish.tenant());
    KeyMint.Minted minted =
        mint.mint(wish.label(), wish.scopes(), wish.models(), wish.tenant(), now, wish.expiresAt());
    return new KeyMint.Minted(
        minted.key().limitedAt(minted.key().version(), wish.limits()), minted.secret());
  }

  private static void requireGrant(
      Caller caller, Set<Scope> scopes, AllowList models, Optional<String> tenant) {
    if (!caller.mayGrant(scopes, models, tenant)) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          "nobody is given a key that may more than their own; ask for fewer scopes or models, and"
              + " for no other tenant");
    }
  }

  /** The key of the address; one of another tenant does not exist for its caller. */
  private CompletionStage<ApiKey> known(Call call) {
    KeyId id = KeyId.parse(call.path("id")).orElseThrow(KeyRoutes::noSuchKey);
    return keys.all()
        .thenApply(
            all ->
                all.stream()
                    .filter(key -> key.id().equals(id) && call.caller().sees(key))
                    .findFirst()
                    .orElseThrow(KeyRoutes::noSuchKey));
  }

  private static Refusal noSuchKey() {
    return Refusal.of(ErrorCode.NOT_FOUND, "there is no such key; 'GET /v1/keys' lists them");
  }
}
