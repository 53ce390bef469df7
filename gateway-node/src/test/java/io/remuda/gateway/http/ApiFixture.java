package io.remuda.gateway.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.TestIssuer;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.Protos;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The API on a real port, with a scripted registry behind it. */
final class ApiFixture implements AutoCloseable {

  static final String CLUSTER_KEY = "0123456789abcdef";

  /** What the registry gets to answer: more than a loaded machine stands still. */
  static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

  final Routes routes = new Routes();
  final KeyMint mint = new KeyMint(CLUSTER_KEY, new SecureRandom());
  final ActorSystem<Void> local;
  final FleetClient fleet;
  final ScriptedFleet registry;
  final ApiServer server;
  final ScriptedTasks tasks = new ScriptedTasks(config());
  final ApiServer.Parts parts;
  final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

  static ApiFixture open() throws Exception {
    return new ApiFixture(false, Optional.empty());
  }

  static ApiFixture withKeys() throws Exception {
    return new ApiFixture(true, Optional.empty());
  }

  /** With keys and tokens. */
  static ApiFixture withTokensOf(TestIssuer issuer) throws Exception {
    return new ApiFixture(true, Optional.empty(), Optional.of(issuer));
  }

  ApiFixture(boolean authentication, Optional<String> relaySecret) throws Exception {
    this(authentication, relaySecret, Optional.empty());
  }

  private ApiFixture(
      boolean authentication, Optional<String> relaySecret, Optional<TestIssuer> issuer)
      throws Exception {
    this.local = ActorSystem.create(Behaviors.empty(), "local", SystemConfig.local(config()));
    this.fleet = new FleetClient(ASK_TIMEOUT, local.executionContext());
    this.registry =
        ScriptedFleet.start(
            Behaviors.setup(
                context -> {
                  context.spawn(FleetPort.create(fleet), "port");
                  return Behaviors.empty();
                }));
    KeyCheck keys =
        new KeyCheck(
            authentication,
            mint,
            id -> routes.snapshot().access().get(id),
            InstantSource.system(),
            issuer.map(from -> from.check("", InstantSource.system())));
    this.parts =
        new ApiServer.Parts(
            fleet,
            routes,
            keys,
            mint,
            CLUSTER_KEY,
            Optional.empty(),
            () -> "remuda_up 1\n",
            relaySecret,
            Optional.empty(),
            new RecentRequests(8),
            new SchemaCache(Protos.SETTINGS),
            tasks.api(),
            InstantSource.system());
    this.server =
        ApiServer.start(local, "127.0.0.1", 0, parts)
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    Eventually.passes(
        "the registry answers",
        Duration.ofSeconds(60),
        () -> {
          // Each kind of entity has a coordinator of its own, which is there in its own time.
          answered(new KeyClient(fleet).all());
          answered(fleet.machine(ScriptedFleet.MACHINE));
          answered(fleet.explain(new ModelName("awake")));
          answered(fleet.machines());
          answered(new LeaseClient(fleet).get(new LeaseId("nobodys")));
        });
  }

  /** A young registry may lose its first message: it is asked again soon. */
  private static void answered(CompletionStage<?> asked) throws Exception {
    asked.toCompletableFuture().get(3, TimeUnit.SECONDS);
  }

  static Config config() {
    return ConfigFactory.parseString(
            """
            remuda.gateway.http {
              body-limit = 64 KiB
              body-patience = 5s
              ask-timeout = %ds
              event-patience = 300ms
              audit-patience = 2s
            }
            remuda.tasks.payload-limit = 16 KiB
            remuda.gateway.tasks.memory = 1 MiB
            akka.loglevel = WARNING
            """
                .formatted(ASK_TIMEOUT.toSeconds()))
        .withFallback(ConfigFactory.load());
  }

  /** As if the fleet had told of a model with one instance. */
  void knows(String name, DeploymentPhase phase, Phase instance, String front) {
    knows(name, phase, instance, front, Optional.empty());
  }

  void knows(
      String name, DeploymentPhase phase, Phase instance, String front, Optional<Schema> schema) {
    lists(name, phase, schema);
    routes.merge(
        RouteTable.EMPTY.with(
            new Route(
                new InstanceId(new ModelName(name), 1),
                ScriptedFleet.MACHINE,
                1,
                1,
                instance,
                front,
                4,
                Set.of("/v1/chat/completions"),
                true,
                -1,
                Optional.empty(),
                0)));
  }

  /** As if the registry had told of a model alone. */
  void lists(String name, DeploymentPhase phase, Optional<Schema> schema) {
    lists(name, phase, schema, phase == DeploymentPhase.READY ? "" : "it loads");
  }

  void lists(String name, DeploymentPhase phase, Optional<Schema> schema, String reason) {
    ModelName model = new ModelName(name);
    routes.merge(
        Catalog.EMPTY.with(
            new Listing(
                model,
                1,
                0,
                7,
                phase,
                "jvm",
                Optional.of("models/" + name + ".gguf"),
                1,
                phase == DeploymentPhase.READY ? 1 : 0,
                Optional.of(reason).filter(why -> !why.isEmpty()),
                OptionalInt.of(4_096),
                schema,
                ScriptedFleet.THEN,
                false)));
  }

  /** A key that this gateway knows. */
  String key(Set<Scope> scopes, Set<ModelName> models) {
    return key(scopes, models, Optional.empty());
  }

  String key(Set<Scope> scopes, Set<ModelName> models, Optional<Instant> expiresAt) {
    KeyMint.Minted minted = mint.mint("test", scopes, models, Instant.now(), expiresAt);
    routes.merge(AccessTable.EMPTY.with(minted.key()));
    return minted.secret();
  }

  /** An administrator's key that this gateway and the registry know. */
  String key(AllowList models, Optional<String> tenant) {
    KeyMint.Minted minted =
        mint.mint("test", Set.of(Scope.ADMIN), models, tenant, Instant.now(), Optional.empty());
    routes.merge(AccessTable.EMPTY.with(minted.key()));
    new KeyClient(fleet).create(minted.key()).toCompletableFuture().join();
    return minted.secret();
  }

  /** As if another gateway of the fleet had had {@code theirs}. */
  void anotherGatewayHad(RecentRequest... theirs) {
    RecentRequests recent = new RecentRequests(theirs.length);
    List.of(theirs).forEach(recent::add);
    registry.runs(
        Behaviors.setup(
            context -> {
              context.spawn(
                  RequestVoice.create(recent, id -> routes.snapshot().access().get(id)), "voice");
              return Behaviors.empty();
            }));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  Answer get(String path, String... headers) throws Exception {
    return send("GET", path, "", headers);
  }

  Answer send(String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    boolean typed = false;
    for (int at = 0; at < headers.length; at += 2) {
      request.header(headers[at], headers[at + 1]);
      typed |= headers[at].equalsIgnoreCase("content-type");
    }
    if (!typed && !body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
  }

  @Override
  public void close() throws Exception {
    server.close().toCompletableFuture().get(20, TimeUnit.SECONDS);
    registry.close();
    local.terminate();
    local.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** What came back. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    JsonNode json() {
      return Json.read(response.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String code() {
      return json().path("error").path("code").asText();
    }

    String message() {
      return json().path("error").path("message").asText();
    }
  }
}
