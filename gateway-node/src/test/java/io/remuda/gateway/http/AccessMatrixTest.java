package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.remuda.gateway.auth.TestIssuer;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessMatrixTest {

  /** Routes that may say that something is away, since this fixture has not got it. */
  private static final Map<String, Integer> MAY_BE_AWAY =
      Map.ofEntries(
          // Nothing was heard of the fleet yet.
          Map.entry("GET /health", 503),
          Map.entry("GET /health/ready", 503),
          Map.entry("GET /v2/health/ready", 503),
          Map.entry("POST /v1/models/{model}/tasks", 503),
          // Its tasks have no store for files.
          Map.entry("POST /v1/files", 503),
          Map.entry("GET /v1/files", 503),
          Map.entry("GET /v1/files/{id}", 503),
          Map.entry("GET /v1/files/{id}/content", 503),
          Map.entry("DELETE /v1/files/{id}", 503),
          Map.entry("GET /v1/batches", 503),
          Map.entry("GET /v1/batches/{id}", 503),
          Map.entry("POST /v1/batches/{id}/cancel", 503),
          // Its model is not typed.
          Map.entry("GET /v2/models/{model}", 501));

  private final TestIssuer issuer = new TestIssuer();
  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withTokensOf(issuer);
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private List<ApiRoute> routes() {
    return ApiServer.table(
        api.local,
        ApiSettings.from(ApiFixture.config()),
        api.parts,
        new OpenStreams(),
        new AtomicBoolean());
  }

  private static String path(ApiRoute route) {
    return OpenApi.pathOf(route)
        .replace("{machine}", ScriptedFleet.MACHINE.value())
        .replaceAll("\\{[^}]+}", "matrix");
  }

  /** The status alone: streams are not read to their end. */
  private int status(ApiRoute route, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.uri(path(route)))
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .method(
                route.method(),
                route.body().isPresent()
                    ? HttpRequest.BodyPublishers.ofString("{}")
                    : HttpRequest.BodyPublishers.noBody());
    for (int at = 0; at < headers.length; at += 2) {
      request.header(headers[at], headers[at + 1]);
    }
    return api.client
        .sendAsync(request.build(), HttpResponse.BodyHandlers.discarding())
        .get(30, TimeUnit.SECONDS)
        .statusCode();
  }

  /** Somebody who asks, and how he shows who he is. */
  private record Caller(String name, Optional<Scope> scope, List<String> headers) {}

  private List<Caller> callers() {
    String expired =
        api.key(
            Set.of(Scope.ADMIN), Set.of(), Optional.of(Instant.now().minus(Duration.ofSeconds(1))));
    List<Caller> callers = new ArrayList<>();
    callers.add(new Caller("nobody", Optional.empty(), List.of()));
    callers.add(stranger("an unknown key", "Bearer rmd_nobody0000_" + "A".repeat(43)));
    callers.add(stranger("a password", "Basic eDp5"));
    callers.add(new Caller("an expired key", Optional.empty(), List.of("x-api-key", expired)));
    for (Scope scope : Scope.values()) {
      String key = api.key(Set.of(scope), Set.of());
      callers.add(
          new Caller(
              "a key for " + scope.name().toLowerCase(Locale.ROOT),
              Optional.of(scope),
              List.of("authorization", "Bearer " + key)));
    }
    return callers;
  }

  private static Caller stranger(String name, String authorization) {
    return new Caller(name, Optional.empty(), List.of("authorization", authorization));
  }

  /** Each route by its name; each caller that it treats otherwise is told by his. */
  @TestFactory
  Stream<DynamicTest> everyRouteAsksForItsScopeAndNoOther() {
    List<Caller> callers = callers();
    return routes().stream()
        .map(
            route ->
                DynamicTest.dynamicTest(
                    name(route),
                    () ->
                        assertAll(
                            callers.stream()
                                .filter(
                                    caller ->
                                        !route.need().isNothing() || caller.name().equals("nobody"))
                                .map(caller -> () -> cell(route, caller)))));
  }

  private void cell(ApiRoute route, Caller caller) throws Exception {
    int status = status(route, caller.headers().toArray(String[]::new));
    String cell = name(route) + " as " + caller.name();
    boolean may =
        caller
            .scope()
            .filter(scope -> scope == Scope.ADMIN || route.need().scopes().contains(scope))
            .isPresent();
    if (may || route.need().isNothing()) {
      lets(cell, route, status);
    } else {
      assertThat(status).as(cell).isEqualTo(caller.scope().isPresent() ? 403 : 401);
    }
  }

  /** A route that breaks is no route that lets its callers in. */
  private static void lets(String cell, ApiRoute route, int status) {
    assertThat(status).as(cell).isNotIn(401, 403);
    if (status >= 500) {
      assertThat(MAY_BE_AWAY.get(name(route))).as(cell + ", foreseen").isEqualTo(status);
    }
  }

  private static String name(ApiRoute route) {
    return route.method() + " " + route.template();
  }

  @TestFactory
  Stream<DynamicTest> everyRouteAsksATokenForTheSameScopes() {
    Map<Scope, String> tokens = new EnumMap<>(Scope.class);
    for (Scope scope : Scope.values()) {
      tokens.put(scope, "Bearer " + token("remuda:" + scope.name().toLowerCase(Locale.ROOT)));
    }
    String none = "Bearer " + token("openid");
    String forged = "Bearer " + new TestIssuer().token(Instant.now(), "remuda:admin");
    return routes().stream()
        .map(
            route ->
                DynamicTest.dynamicTest(
                    name(route),
                    () -> {
                      int strange = status(route, "authorization", forged);
                      if (route.need().isNothing()) {
                        lets("a forged token", route, strange);
                        return;
                      }
                      Scope right = route.need().scopes().iterator().next();
                      assertThat(strange).as("a forged token").isEqualTo(401);
                      assertThat(status(route, "authorization", none))
                          .as("a token without scopes")
                          .isEqualTo(403);
                      lets(
                          "a token for " + right,
                          route,
                          status(route, "authorization", tokens.getOrDefault(right, none)));
                    }));
  }

  private String token(String scopes) {
    return issuer.token(Instant.now(), scopes);
  }

  @Test
  void theAuditNamesWhoseTokenItWas() throws Exception {
    api.registry.deeds.clear();

    Answer answer =
        api.send(
            "DELETE",
            "/v1/deployments/nowhere",
            "",
            "authorization",
            "Bearer " + token("remuda:deploy"));

    assertThat(answer.status()).isEqualTo(404);
    assertThat(api.registry.deeds).extracting(Deed::caller).containsExactly("oidc:alice");
  }

  @Test
  void saysWhyATokenIsNotTaken() throws Exception {
    Answer expired =
        api.get(
            "/v1/models",
            "authorization",
            "Bearer " + issuer.token(Instant.now().minusSeconds(900), "remuda:infer"));
    Answer few = api.get("/v1/keys", "authorization", "Bearer " + token("remuda:infer"));

    assertThat(expired.status()).isEqualTo(401);
    assertThat(expired.header("www-authenticate"))
        .startsWith(
            "Bearer realm=\"remuda\", error=\"invalid_token\","
                + " error_description=\"it expired at ");
    assertThat(expired.json().at("/error/details/0/kind").asText()).isEqualTo("invalid_token");
    assertThat(few.status()).isEqualTo(403);
    assertThat(few.message()).startsWith("token oidc:alice has the scopes infer; this needs admin");
  }

  /** A route that is added, or opened to others, is written down there too. */
  @Test
  void everyRouteIsOnTheListWithItsScopes() throws Exception {
    List<String> written;
    try (var list = AccessMatrixTest.class.getResourceAsStream("/route-scopes.txt")) {
      written =
          new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .toList();
    }

    assertThat(routes().stream().map(AccessMatrixTest::row))
        .containsExactlyInAnyOrderElementsOf(written);
  }

  /** Else whoever only wants to know what a change comes to makes it, and unseen by the audit. */
  @Test
  void whereNothingIsForeseenADryRunIsRefusedAndKept() throws Exception {
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());
    List<ApiRoute> changes =
        routes().stream()
            .filter(route -> !route.method().equals("GET"))
            .filter(route -> route.queries().stream().noneMatch(q -> q.name().equals("dryRun")))
            .toList();
    api.registry.deeds.clear();

    for (ApiRoute route : changes) {
      Answer answer =
          api.send(
              route.method(),
              path(route) + "?dryRun=true",
              route.body().isPresent() ? "{}" : "",
              "x-api-key",
              admin);

      String name = route.method() + " " + route.template();
      assertThat(answer.status()).as(name).isEqualTo(400);
      assertThat(answer.response().body()).as(name).contains("leave dryRun out");
    }

    assertThat(changes.size()).isGreaterThan(20);
    assertThat(api.registry.deeds)
        .allSatisfy(deed -> assertThat(deed.status()).isEqualTo(400))
        .extracting(Deed::operation)
        .containsExactlyElementsOf(
            changes.stream()
                .filter(AuditTrail::covers)
                .map(route -> route.method() + " " + route.template())
                .toList());
  }

  private static String row(ApiRoute route) {
    String scopes =
        route.need().scopes().stream()
            .map(scope -> scope.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" "));
    return route.method() + " " + route.template() + ": " + (scopes.isEmpty() ? "open" : scopes);
  }

  @Test
  void noRouteTellsAKeyForOtherModelsOfOne() throws Exception {
    api.knows("matrix", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    String narrow = api.key(Set.of(Scope.ADMIN), Set.of(new ModelName("mine")));
    String byPattern =
        api.key(new AllowList(Set.of(), Set.of(new ModelPattern("mat"))), Optional.empty());
    int seen = 0;
    int walked = 0;
    for (ApiRoute route : routes()) {
      if (route.template().matches(".*\\{(model|name)}.*")) {
        String name = route.method() + " " + route.template();
        walked++;
        api.send("PUT", "/v1/deployments/matrix", "{\"engine\":\"jvm\"}", "x-api-key", byPattern);
        assertThat(status(route, "x-api-key", narrow)).as(name).isIn(403, 404);
        seen += List.of(403, 404).contains(status(route, "x-api-key", byPattern)) ? 0 : 1;
      }
    }
    assertThat(walked).isGreaterThan(15);
    assertThat(seen).as("routes that answer whoever may use the model").isGreaterThan(10);
  }

  /**
   * Given up tasks have ids too: those are shown and changed by administrators alone, of all
   * tenants.
   */
  @Test
  void whatHasAnIdIsNotThereForAKeyOfAnotherTenant() throws Exception {
    Belongings acmes = Belongings.of(api, "acme");
    String infers = Belongings.key(api, "other", Scope.INFER);
    String administers = api.key(AllowList.ALL, Optional.of("other"));
    List<ApiRoute> walked =
        routes().stream()
            .filter(route -> route.template().matches(".*\\{(id|tenant)}.*"))
            .filter(route -> !route.template().startsWith("/v1/tasks/dead/"))
            .toList();
    assertThat(walked).hasSizeGreaterThan(15);
    assertThat(acmes.seen()).as("by their owner").containsOnly(200);

    for (ApiRoute route : walked) {
      boolean ofAdministrators = route.need().scopes().equals(Set.of(Scope.ADMIN));
      Answer answer =
          api.send(
              route.method(),
              acmes.path(route.template()),
              route.template().endsWith("/renew")
                  ? "{\"ttlSeconds\":60}"
                  : route.body().isPresent() ? "{}" : "",
              "x-api-key",
              ofAdministrators ? administers : infers);

      assertThat(answer.status())
          .as(route.method() + " " + route.template() + ": " + answer.response().body())
          .isEqualTo(404);
    }

    for (String list : List.of("/v1/tasks", "/v1/files", "/v1/batches")) {
      assertThat(api.get(list, "x-api-key", infers).json().path("data")).as(list).isEmpty();
    }
    assertThat(acmes.seen()).as("by their owner, after all that").containsOnly(200);
  }

  /** With {@code edge = off} what goes to models is answered here too. */
  @Test
  void withoutAnEdgeRequestsToModelsAreAnswered() throws Exception {
    String admin = "Bearer " + api.key(Set.of(Scope.ADMIN), Set.of());
    try (ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) ->
                    wire.json(
                        200,
                        "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"text\":\"hello\"}],"
                            + "\"data\":[{\"embedding\":[1]}]}"));
        EdgelessApi edgeless = new EdgelessApi(api, engine.port())) {
      for (ApiRoute route : edgeless.routes()) {
        if (Endpoint.of(route.template()).isPresent()) {
          HttpResponse<String> answer =
              edgeless.send(route.method(), path(route), body(route.template()), admin);

          assertThat(answer.statusCode()).as(route.template() + answer.body()).isEqualTo(200);
          assertThat(answer.body()).as(route.template()).containsAnyOf("hello", "[1]");
        }
      }
      assertThat(engine.seen()).hasSizeGreaterThan(10);
    }
  }

  /** Whatever an address needs, without a stream. */
  private static String body(String address) {
    return "{\"model\":\"edgeless\",\"stream\":false,\"max_tokens\":1,\"input\":\"a\",\"prompt\":\"a\","
        + "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"for\":\""
        + address
        + "\"}";
  }

  @Test
  void onlyHealthAndTheDescriptionAreOpen() {
    assertThat(routes().stream().filter(route -> route.need().isNothing()).map(ApiRoute::template))
        .containsExactlyInAnyOrder(
            "/health",
            "/health/live",
            "/health/ready",
            "/v2/health/live",
            "/v2/health/ready",
            "/openapi.json",
            "/docs/{file*}",
            "/console/{file*}");
  }

  @Test
  void refusesOllamasClientsInTheirShape() throws Exception {
    Answer refused = api.get("/api/tags");
    Answer unknown =
        api.send(
            "POST",
            "/api/show",
            "{\"model\":\"none\"}",
            "x-api-key",
            api.key(Set.of(Scope.INFER), Set.of()));

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.json().path("error").isTextual()).isTrue();
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.json().path("error").asText()).startsWith("the model does not exist");
  }

  @Test
  void aKeyForSomeModelsSeesNoOthers() throws Exception {
    api.knows("mine", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.knows("theirs", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    String key = api.key(Set.of(Scope.INFER, Scope.DEPLOY), Set.of(new ModelName("mine")));

    assertThat(api.get("/v1/models", "x-api-key", key).json().path("data").findValuesAsText("id"))
        .containsExactly("mine");
    assertThat(
            api.get("/api/tags", "x-api-key", key).json().path("models").findValuesAsText("name"))
        .containsExactly("mine:latest");
    assertThat(
            api.get("/v1/deployments", "x-api-key", key)
                .json()
                .path("data")
                .findValuesAsText("name"))
        .containsExactly("mine");
    for (String hidden :
        List.of(
            "/v1/models/theirs",
            "/v1/models/theirs/descriptors",
            "/v1/deployments/theirs",
            "/v1/deployments/theirs/why",
            "/v1/deployments/theirs/logs")) {
      assertThat(api.get(hidden, "x-api-key", key).status()).as(hidden).isEqualTo(404);
    }
    assertThat(
            api.send("PUT", "/v1/deployments/theirs", "{\"engine\":\"jvm\"}", "x-api-key", key)
                .status())
        .isEqualTo(403);
    assertThat(api.send("DELETE", "/v1/deployments/theirs", "", "x-api-key", key).status())
        .isEqualTo(404);
  }

  @Test
  void aKeyForSomeModelsMakesNoOthersNeeded() throws Exception {
    String key =
        api.key(Set.of(Scope.DEPLOY), Set.of(new ModelName("made-of"), new ModelName("part")));
    String address = "/v1/deployments/made-of";
    String theirs = "{\"engine\":\"jvm\",\"needs\":[\"part\",\"their-part\"]}";

    Answer foreseen = api.send("PUT", address + "?dryRun=true", theirs, "x-api-key", key);
    Answer refused = api.send("PUT", address, theirs, "x-api-key", key);
    Answer none = api.get(address, "x-api-key", key);
    Answer own =
        api.send("PUT", address, "{\"engine\":\"jvm\",\"needs\":[\"part\"]}", "x-api-key", key);

    assertThat(foreseen.status()).isEqualTo(404);
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.code()).isEqualTo("model_not_found");
    assertThat(refused.json().at("/error/param").asText()).isEqualTo("needs");
    assertThat(refused.message()).contains("there is no deployment their-part");
    assertThat(none.status()).as("nothing was deployed").isEqualTo(404);
    assertThat(own.status()).as(own.response().body()).isEqualTo(202);
  }

  @Test
  void answersNobodyButTheEdgeWhenThereIsOne() throws Exception {
    ApiServer.Parts behind =
        new ApiServer.Parts(
            api.fleet,
            api.routes,
            api.parts.keys(),
            api.mint,
            ApiFixture.CLUSTER_KEY,
            Optional.empty(),
            () -> "",
            Optional.of("s3cret"),
            Optional.empty(),
            api.parts.recent(),
            api.parts.schemas(),
            api.parts.tasks(),
            api.parts.clock());
    ApiServer server =
        ApiServer.start(api.local, "127.0.0.1", 0, behind)
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
              java.net.URI.create(
                  "http://127.0.0.1:" + server.address().getPort() + "/health/live"));
      var body = HttpResponse.BodyHandlers.ofString();

      assertThat(api.client.send(request.build(), body).statusCode()).isEqualTo(403);
      assertThat(
              api.client
                  .send(request.copy().header("x-remuda-relay", "wrong").build(), body)
                  .statusCode())
          .isEqualTo(403);
      assertThat(
              api.client
                  .send(request.copy().header("x-remuda-relay", "s3cret").build(), body)
                  .statusCode())
          .isEqualTo(200);
    } finally {
      server.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void theDescriptionHoldsEveryRouteAndNothingElse() throws Exception {
    var description = api.get("/openapi.json").json();
    int operations = 0;
    for (var path : description.path("paths")) {
      operations += path.size();
    }

    for (ApiRoute route : routes()) {
      assertThat(
              description
                  .path("paths")
                  .path(OpenApi.pathOf(route))
                  .has(route.method().toLowerCase(Locale.ROOT)))
          .as(route.method() + " " + route.template())
          .isTrue();
    }
    assertThat(operations).isEqualTo(routes().size());
    description
        .findValuesAsText("$ref")
        .forEach(
            reference ->
                assertThat(description.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse());
  }
}
