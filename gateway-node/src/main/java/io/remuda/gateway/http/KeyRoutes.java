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
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.StrictFields;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/**
 * API keys: made, listed and revoked. A key's secret is shown once, in the answer that makes it.
 */
final class KeyRoutes {

  private static final Need NEED = Need.oneOf(Scope.ADMIN);
  private static final Set<String> FIELDS =
      Set.of("label", "scopes", "models", "expiresInSeconds", "expiresAt");

  /** A key with more would not fit into the messages that carry it. */
  private static final int MOST_MODELS = 500;

  private final FleetClient fleet;
  private final KeyMint mint;
  private final Routes routes;
  private final InstantSource clock;

  KeyRoutes(FleetClient fleet, KeyMint mint, Routes routes, InstantSource clock) {
    this.fleet = fleet;
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
        ApiRoute.of("DELETE", "/v1/keys/{id}", NEED, "keys", "Revoke a key", this::revoke)
            .gives(200, "Key"));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.json()
        .thenCompose(
            body -> {
              KeyMint.Minted minted = minted(body, call.caller());
              return fleet
                  .createKey(minted.key())
                  .thenApply(
                      stored -> {
                        publish(stored.isEmpty() ? List.of(minted.key()) : stored);
                        ObjectNode json = Views.key(minted.key(), clock.instant());
                        json.put("key", minted.secret());
                        return Replies.with(
                            Replies.with(
                                Replies.json(201, json),
                                "Location",
                                "/v1/keys/" + minted.key().id()),
                            "Cache-Control",
                            "no-store");
                      });
            });
  }

  private CompletionStage<HttpResponse> list(Call call) {
    Instant now = clock.instant();
    return fleet
        .keys()
        .thenApply(keys -> Replies.json(200, Json.list(keys, key -> Views.key(key, now))));
  }

  private CompletionStage<HttpResponse> revoke(Call call) {
    KeyId id = KeyId.parse(call.path("id")).orElseThrow(KeyRoutes::noSuchKey);
    Instant now = clock.instant();
    return fleet
        .revokeKey(id)
        .thenApply(
            keys -> {
              publish(keys);
              ApiKey revoked =
                  keys.stream()
                      .filter(key -> key.id().equals(id))
                      .findFirst()
                      .orElseThrow(KeyRoutes::noSuchKey);
              return Replies.json(200, Views.key(revoked, now));
            });
  }

  /** This gateway obeys at once; the others when the table has reached them. */
  private void publish(List<ApiKey> keys) {
    routes.merge(new AccessTable(keys));
  }

  private KeyMint.Minted minted(JsonNode body, Caller creator) {
    StrictFields fields = StrictFields.of(body, "", FIELDS);
    Instant now = clock.instant();
    String label = fields.text("label").orElse("");
    if (label.length() > 200) {
      fields.problem("label", "label is at most 200 letters long");
    }
    Set<Scope> scopes = scopes(fields);
    Set<ModelName> models = models(fields);
    Optional<Instant> expiresAt = expiry(fields, now);
    if (fields.hasProblems()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          String.join("; ", fields.problems().stream().map(problem -> problem.text()).toList()),
          fields.problems().get(0).path());
    }
    if (!creator.mayGrant(scopes, models)) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          "a key is never given more than its creator has; ask for fewer scopes or models");
    }
    return mint.mint(label, scopes, models, now, expiresAt);
  }

  private static Set<Scope> scopes(StrictFields fields) {
    fields.require("scopes");
    Set<Scope> scopes = new TreeSet<>();
    for (String word : fields.texts("scopes")) {
      Optional<Scope> scope =
          List.of(Scope.values()).stream()
              .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(word))
              .findFirst();
      scope.ifPresentOrElse(
          scopes::add,
          () ->
              fields.problem(
                  "scopes",
                  "the scope '"
                      + StrictFields.shown(word)
                      + "' is unknown; known are infer, deploy, admin, audit, worker"));
    }
    if (scopes.isEmpty() && !fields.hasProblems()) {
      fields.problem(
          "scopes", "scopes is empty; give at least one of infer, deploy, admin, audit, worker");
    }
    return scopes;
  }

  private static Set<ModelName> models(StrictFields fields) {
    Set<ModelName> models = new TreeSet<>();
    List<String> names = fields.texts("models");
    if (names.size() > MOST_MODELS) {
      fields.problem(
          "models",
          "models names %d models; name at most %d, or none for all of them, and make another key"
                  .formatted(names.size(), MOST_MODELS)
              + " for the others");
    }
    for (String name : names) {
      ModelName.parse(name)
          .ifPresentOrElse(
              models::add,
              () ->
                  fields.problem(
                      "models",
                      "'" + StrictFields.shown(name) + "' does not match " + ModelName.SHAPE));
    }
    return models;
  }

  private static Optional<Instant> expiry(StrictFields fields, Instant now) {
    OptionalInt seconds = fields.integer("expiresInSeconds", 1, Integer.MAX_VALUE);
    Optional<String> at = fields.text("expiresAt");
    if (seconds.isPresent() && at.isPresent()) {
      fields.problem("expiresAt", "give one of expiresAt and expiresInSeconds, not both");
    }
    if (seconds.isPresent()) {
      return Optional.of(now.plusSeconds(seconds.getAsInt()));
    }
    try {
      Optional<Instant> end = at.map(Instant::parse);
      if (end.isPresent() && !end.get().isAfter(now)) {
        fields.problem("expiresAt", "expiresAt is in the past");
      }
      return end;
    } catch (DateTimeException e) {
      fields.problem("expiresAt", "expiresAt is a time such as 2030-01-31T12:00:00Z");
      return Optional.empty();
    }
  }

  private static Refusal noSuchKey() {
    return Refusal.of(ErrorCode.NOT_FOUND, "there is no such key; 'GET /v1/keys' lists them");
  }
}
