package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.gateway.auth.TestIssuer;
import io.remuda.gateway.http.ScriptedFleet;
import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.ScriptedEngine;
import io.remuda.protocol.testing.TestNode;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatewayNodeTest {

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private Path data;

  private Config config(Map<String, Object> more) {
    Map<String, Object> values = new HashMap<>();
    values.put("remuda.node.data", data.toString());
    values.put("remuda.gateway.port", 0);
    values.put("remuda.gateway.first-talk-retry", "100ms");
    values.put("remuda.gateway.edge-limits.event-loops", 1);
    values.putAll(more);
    return TestNode.config(values);
  }

  private static GatewayNode local(Config config, NodeHome home) {
    return GatewayNode.startLocal(
        NodeSettings.from(config), home, config, Optional.empty(), Optional.empty());
  }

  private HttpResponse<String> send(
      GatewayNode gateway, String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void serves(GatewayNode gateway, String model, int frontPort) {
    serves(gateway, model, frontPort, Optional.empty());
  }

  private static void serves(
      GatewayNode gateway, String model, int frontPort, Optional<Schema> schema) {
    ModelName name = new ModelName(model);
    gateway
        .routes()
        .merge(
            Catalog.EMPTY.with(
                new Listing(
                    name,
                    1,
                    0,
                    1,
                    DeploymentPhase.READY,
                    "command",
                    Optional.empty(),
                    1,
                    1,
                    Optional.empty(),
                    OptionalInt.empty(),
                    schema,
                    Instant.EPOCH,
                    false)));
    gateway
        .routes()
        .merge(
            RouteTable.EMPTY.with(
                new Route(
                    new InstanceId(name, 1),
                    ScriptedFleet.MACHINE,
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:" + frontPort,
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void asksTypedModelsWithAndWithoutAnEdge(boolean edge) throws Exception {
    Config config = config(Map.of("remuda.gateway.edge", edge));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home);
        ScriptedEngine shop =
            ScriptedEngine.start(
                (request, wire) ->
                    wire.raw(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n"
                            + "Content-Length: %d\r\n\r\n%s"
                                .formatted(request.body().length(), request.body())))) {
      serves(gateway, "shop", shop.port(), Optional.of(Protos.orders()));

      for (String path : List.of("/predict/shop", "/v1/models/shop/predict")) {
        HttpResponse<String> answer = send(gateway, "POST", path, "{\"id\":\"a\",\"count\":7}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"count\":7", "\"isGift\":false");
        HttpResponse<String> bad = send(gateway, "POST", path, "{\"count\":\"x\"}");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(bad.body()).contains("\"param\":\"count\"");
        assertThat(bad.headers().firstValue("x-request-id")).isPresent();
        HttpResponse<String> plain =
            client.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .header("content-type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("hello"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(plain.statusCode()).isEqualTo(415);
      }
      assertThat(send(gateway, "POST", "/predict/none", "{}").statusCode()).isEqualTo(404);
      assertThat(send(gateway, "GET", "/openapi.json", "").body())
          .contains("\"/v1/models/shop/predict\"");
      assertThat(shop.seen()).filteredOn(seen -> seen.path().endsWith("/predict")).hasSize(2);
    }
  }

  /** A machine's front whose engine streams two words. */
  private static ScriptedEngine engine() {
    return ScriptedEngine.start(
        (request, wire) -> {
          if (request.body().contains("\"stream\":true")) {
            wire.events();
            wire.event(
                "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}]}");
            wire.event(
                "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"there\"}}]}");
            wire.done();
          } else {
            wire.json(200, "{\"id\":\"1\",\"path\":\"" + request.path() + "\"}");
          }
        });
  }

  /** A lease's endpoint is a base URL, by way of either server. */
  private void leases(GatewayNode gateway, ScriptedEngine engine) throws Exception {
    HttpResponse<String> made = send(gateway, "POST", "/v1/leases", "{\"model\":\"demo\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
    String lease = made.headers().firstValue("location").orElseThrow();
    String base = lease.replaceFirst("/v1", "") + ".7/v1";
    assertThat(made.body()).contains("\"endpoint\":\"" + gateway.url() + base + "\"");
    String body = "{\"model\":\"demo\"}";

    HttpResponse<String> answer = send(gateway, "POST", base + "/chat/completions", body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<ScriptedEngine.Seen> seen = engine.seen();
    assertThat(seen.get(seen.size() - 1).headers().get("x-remuda-lease"))
        .isEqualTo(base.substring("/leases/".length(), base.length() - "/v1".length()));
    assertThat(send(gateway, "GET", base + "/models", "").body()).contains("\"demo\"");
    assertThat(
            send(gateway, "POST", base + "/chat/completions", body, "x-remuda-lease", "ls-1.1")
                .statusCode())
        .isEqualTo(400);
    assertThat(send(gateway, "DELETE", lease, "").statusCode()).isEqualTo(204);
    assertThat(send(gateway, "POST", base + "/chat/completions", body).statusCode()).isEqualTo(410);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void answersEveryRouteWithAndWithoutAnEdge(boolean edge) throws Exception {
    Config config = config(Map.of("remuda.gateway.edge", edge));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home);
        ScriptedEngine engine = engine();
        ScriptedFleet fleet = ScriptedFleet.start(gateway.clusterGuardian())) {
      serves(gateway, "demo", engine.port());
      gateway.adminKey().toCompletableFuture().get(30, TimeUnit.SECONDS);
      Eventually.isTrue(
          "a view of the fleet is in sight, too",
          Duration.ofSeconds(30),
          () -> send(gateway, "GET", "/v1/machines", "").statusCode() == 200);

      for (String path :
          List.of(
              "/v1/chat/completions",
              "/v1/completions",
              "/v1/embeddings",
              "/v1/responses",
              "/v1/messages",
              "/v1/rerank",
              "/tokenize",
              "/detokenize")) {
        HttpResponse<String> answer =
            send(gateway, "POST", path, "{\"model\":\"demo\",\"max_tokens\":1}");
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains(path);
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
      }
      HttpResponse<String> stream =
          send(gateway, "POST", "/v1/chat/completions", "{\"model\":\"demo\",\"stream\":true}");
      assertThat(stream.body()).contains("hello").contains("there").endsWith("data: [DONE]\n\n");
      assertThat(stream.headers().firstValue("content-type").orElse(""))
          .startsWith("text/event-stream");
      assertThat(
              send(gateway, "POST", "/v1/chat/completions", "{\"model\":\"nobody\"}").statusCode())
          .isEqualTo(404);
      assertThat(send(gateway, "POST", "/v1/chat/completions", "not json").statusCode())
          .isEqualTo(400);

      leases(gateway, engine);
      assertThat(send(gateway, "PUT", "/v1/deployments/demo", "{\"engine\":\"jvm\"}").statusCode())
          .isEqualTo(202);
      assertThat(
              send(gateway, "POST", "/v1/deployments/demo/scale", "{\"replicas\":2}").statusCode())
          .isEqualTo(202);
      assertThat(send(gateway, "PATCH", "/v1/deployments/demo", "{\"replicas\":1}").statusCode())
          .isEqualTo(202);
      for (String path :
          List.of(
              "//v1//models",
              "/v1/models/demo",
              "/v1/deployments",
              "/v1/deployments/demo",
              "/v1/deployments/demo/why",
              "/v1/deployments/demo/events",
              "/v1/deployments/demo/logs",
              "/v1/events?after=0",
              "/v1/instances",
              "/v1/machines",
              "/v1/machines/" + ScriptedFleet.MACHINE,
              "/v1/keys",
              "/health",
              "/health/live",
              "/health/ready",
              "/metrics",
              "/openapi.json",
              "/docs",
              "/docs/",
              "/docs/swagger-ui-bundle.js",
              "/console/")) {
        HttpResponse<String> answer = send(gateway, "GET", path, "");
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-request-id")).as(path).isPresent();
      }
      for (String verb : List.of("cordon", "uncordon", "drain")) {
        assertThat(
                send(gateway, "POST", "/v1/machines/" + ScriptedFleet.MACHINE + "/" + verb, "")
                    .statusCode())
            .isEqualTo(200);
      }
      assertThat(
              send(
                      gateway,
                      "PATCH",
                      "/v1/machines/" + ScriptedFleet.MACHINE + "/labels",
                      "{\"rack\":\"7\"}")
                  .statusCode())
          .isEqualTo(200);
      assertThat(send(gateway, "DELETE", "/v1/deployments/demo", "").statusCode()).isEqualTo(202);
      assertThat(send(gateway, "GET", "/v1/chat/completions", "").statusCode()).isEqualTo(405);
      assertThat(send(gateway, "GET", "/nothing", "").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void makesTheAdministratorsKeyOnceAndLetsNobodyInWithoutOne() throws Exception {
    Config config = config(Map.of("remuda.gateway.auth", true));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home);
        ScriptedEngine engine = engine();
        ScriptedFleet fleet = ScriptedFleet.start(gateway.clusterGuardian())) {
      serves(gateway, "demo", engine.port());

      String key = gateway.adminKey().toCompletableFuture().get(30, TimeUnit.SECONDS).orElseThrow();

      String chat = "{\"model\":\"demo\"}";
      assertThat(send(gateway, "POST", "/v1/chat/completions", chat).statusCode()).isEqualTo(401);
      assertThat(send(gateway, "GET", "/v1/models", "").statusCode()).isEqualTo(401);
      assertThat(
              send(gateway, "POST", "/v1/chat/completions", chat, "authorization", "Bearer " + key)
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              send(gateway, "GET", "/v1/models", "", "authorization", "Bearer " + key).statusCode())
          .isEqualTo(200);
      assertThat(send(gateway, "GET", "/health", "").statusCode()).isEqualTo(200);
      String made =
          send(
                  gateway,
                  "POST",
                  "/v1/keys",
                  "{\"scopes\":[\"deploy\"]}",
                  "authorization",
                  "Bearer " + key)
              .body();
      String deployer = made.replaceAll(".*\"key\":\"([^\"]+)\".*", "$1");
      assertThat(
              send(gateway, "POST", "/v1/chat/completions", chat, "x-api-key", deployer)
                  .statusCode())
          .isEqualTo(403);
      // Before its files are looked at: it replaces them while it runs.
      gateway.close();
      try (java.util.stream.Stream<Path> files = Files.walk(data)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(key, deployer);
        }
      }
    }
  }

  @Test
  void makesAnotherAdministratorsKeyWhenToldThatTheFirstWasLost() throws Exception {
    Config first = config(Map.of("remuda.gateway.auth", true));
    Config again =
        config(Map.of("remuda.gateway.auth", true, "remuda.gateway.new-admin-key", true));
    try (NodeHome home = NodeHome.open(first);
        ScriptedFleet fleet = ScriptedFleet.start(Behaviors.empty())) {
      String lost;
      try (GatewayNode gateway = local(first, home)) {
        fleet.runs(gateway.clusterGuardian());
        lost = adminKey(gateway).orElseThrow();
      }
      try (GatewayNode gateway = local(first, home)) {
        fleet.runs(gateway.clusterGuardian());
        assertThat(adminKey(gateway)).isEmpty();
      }
      try (GatewayNode gateway = local(again, home)) {
        fleet.runs(gateway.clusterGuardian());
        String found = adminKey(gateway).orElseThrow();

        assertThat(found).isNotEqualTo(lost);
        String bearer = "Bearer " + found;
        assertThat(send(gateway, "GET", "/v1/keys", "", "authorization", bearer).body())
            .contains("\"admin\"", "made with --new-admin-key");
        send(gateway, "DELETE", "/v1/keys/admin", "", "authorization", bearer);
        assertThat(send(gateway, "GET", "/v1/keys", "", "authorization", "Bearer " + lost).body())
            .contains("--new-admin-key");
      }
    }
  }

  @Test
  void refusesToMakeAKeyThatNobodyIsAskedFor() {
    Config config = config(Map.of("remuda.gateway.new-admin-key", true));
    try (NodeHome home = NodeHome.open(config)) {
      assertThatThrownBy(() -> local(config, home))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("--auth");
    }
  }

  private static Optional<String> adminKey(GatewayNode gateway) throws Exception {
    return gateway.adminKey().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void endsEventStreamsAtOnceWhenItCloses() throws Exception {
    // Limits of which only a close that waits for one takes half.
    Config config =
        config(
            Map.of(
                "remuda.gateway.edge-limits.drain-timeout", "80s",
                "remuda.gateway.stop-timeout", "80s"));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home);
        ScriptedFleet fleet = ScriptedFleet.start(gateway.clusterGuardian())) {
      HttpResponse<java.io.InputStream> stream =
          client.send(
              HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/events")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(stream.body().read()).isEqualTo(':');
      long began = System.nanoTime();

      gateway.close();

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isLessThan(config.getDuration("remuda.gateway.edge-limits.drain-timeout").dividedBy(2));
      assertThat(new String(stream.body().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("the fleet's story");
    }
  }

  @Test
  void tellsTheAdministratorsKeyThoughTheReplyThatItIsKeptWasLost() throws Exception {
    Config config =
        config(Map.of("remuda.gateway.auth", true, "remuda.gateway.http.ask-timeout", "1s"));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home);
        ScriptedFleet fleet = ScriptedFleet.startLosingTheFirstReply(gateway.clusterGuardian())) {
      String key = gateway.adminKey().toCompletableFuture().get(30, TimeUnit.SECONDS).orElseThrow();

      assertThat(
              send(gateway, "GET", "/v1/models", "", "authorization", "Bearer " + key).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void servesWithoutARegistryAndEndsInOrder() throws Exception {
    Config config = config(Map.of());
    HostPort nobody = new HostPort("127.0.0.1", FreePort.next());
    try (NodeHome home = NodeHome.open(config)) {
      GatewayNode gateway =
          GatewayNode.start(
              NodeSettings.from(config).withSeeds(List.of(nobody)),
              home,
              config,
              Optional.empty(),
              Optional.empty());
      try (ScriptedEngine engine = engine()) {
        serves(gateway, "demo", engine.port());

        assertThat(Files.readString(data.resolve("run.json"))).contains(gateway.url());
        assertThat(
                send(gateway, "POST", "/v1/chat/completions", "{\"model\":\"demo\"}").statusCode())
            .isEqualTo(200);
        assertThat(send(gateway, "GET", "/health/ready", "").statusCode()).isEqualTo(200);
        HttpResponse<String> put =
            send(gateway, "PUT", "/v1/deployments/demo", "{\"engine\":\"jvm\"}");
        assertThat(put.statusCode()).isEqualTo(503);
        assertThat(put.body()).contains("registry_unavailable");
      } finally {
        gateway.close();
        gateway.close();
      }
      Eventually.isTrue(
          "the port is free again",
          Duration.ofSeconds(30),
          () -> {
            try (ServerSocket socket = new ServerSocket(gateway.address().port())) {
              return socket.isBound();
            }
          });
    }
  }

  @Test
  void remembersTheFleetOverARestart() throws Exception {
    Config config = config(Map.of("remuda.gateway.routes.save-interval", "100ms"));
    try (NodeHome home = NodeHome.open(config);
        ScriptedEngine engine = engine()) {
      try (GatewayNode first = local(config, home)) {
        serves(first, "demo", engine.port());
      }

      try (GatewayNode second = local(config, home)) {
        assertThat(
                send(second, "POST", "/v1/chat/completions", "{\"model\":\"demo\"}").statusCode())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void refusesAnOpenDoorWithoutALock() {
    Config config = config(Map.of("remuda.gateway.host", "0.0.0.0"));
    try (NodeHome home = NodeHome.open(config)) {
      assertThatThrownBy(() -> local(config, home))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("0.0.0.0")
          .hasMessageContaining("--auth");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAPortThatIsTakenAndLeavesNothingBehind(boolean edge) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      Config config =
          config(Map.of("remuda.gateway.port", taken.getLocalPort(), "remuda.gateway.edge", edge));
      try (NodeHome home = NodeHome.open(config)) {
        assertThatThrownBy(() -> local(config, home))
            .isInstanceOf(StartRefused.class)
            .hasMessageContaining("--port")
            .hasMessageContaining(Integer.toString(taken.getLocalPort()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesTokensOfItsIssuerOnBothPaths(boolean edge) throws Exception {
    TestIssuer issuer = new TestIssuer();
    Path jwks = Files.writeString(data.resolve("jwks.json"), issuer.jwks());
    Config config =
        config(
            Map.of(
                "remuda.gateway.edge",
                edge,
                "remuda.gateway.auth",
                true,
                "remuda.gateway.oidc.issuer",
                TestIssuer.NAME,
                "remuda.gateway.oidc.audience",
                List.of("remuda"),
                "remuda.gateway.oidc.jwks",
                jwks.toString()));
    String good = "Bearer " + issuer.token(Instant.now(), "remuda:infer");
    String forged = "Bearer " + new TestIssuer().token(Instant.now(), "remuda:infer");
    String chat = "{\"model\": \"chat\", \"messages\": []}";
    try (ScriptedEngine engine =
            ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"from\":\"engine\"}"));
        NodeHome home = NodeHome.open(config);
        GatewayNode gateway = local(config, home)) {
      serves(gateway, "chat", engine.port());

      for (String path : List.of("/v1/chat/completions", "/v1/models")) {
        String method = path.equals("/v1/models") ? "GET" : "POST";
        String body = method.equals("GET") ? "" : chat;
        HttpResponse<String> taken = send(gateway, method, path, body, "authorization", good);
        HttpResponse<String> refused = send(gateway, method, path, body, "authorization", forged);

        assertThat(taken.statusCode()).as(path + taken.body()).isEqualTo(200);
        assertThat(refused.statusCode()).as(path).isEqualTo(401);
        assertThat(refused.headers().firstValue("www-authenticate").orElse(""))
            .contains("error_description=\"its signature is wrong\"");
      }
    }
  }

  @Test
  void refusesAnIssuerWhereNobodyIsAskedWhoTheyAre() {
    Config config =
        config(
            Map.of(
                "remuda.gateway.oidc.issuer",
                TestIssuer.NAME,
                "remuda.gateway.oidc.audience",
                List.of("remuda"),
                "remuda.gateway.oidc.jwks",
                "https://login.example.org/keys"));

    assertThatThrownBy(() -> GatewaySettings.from(config))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("asks nobody who they are");
  }
}
