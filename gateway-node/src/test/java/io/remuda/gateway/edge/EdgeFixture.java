package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.gateway.typed.TypedCalls;
import io.remuda.gateway.typed.TypedSettings;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** An edge on a free port, whose instances are scripted engines behind its client for fronts. */
final class EdgeFixture implements AutoCloseable {

  final Routes routes = new Routes();
  final NotedMetrics noted = new NotedMetrics();
  final List<String> outcomes = noted.outcomes;
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final RemotePorts ports;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final InferenceHandler handler;
  final EdgeServer edge;
  private long sequence;

  /** What the registry says of leases, and how often it was asked. */
  final Map<LeaseId, LeaseProtocol.Reply> leases = new ConcurrentHashMap<>();

  final List<LeaseId> looked = new CopyOnWriteArrayList<>();

  EdgeFixture() {
    this("", Authenticator.OPEN, Optional.empty());
  }

  /**
   * @param overrides lines of configuration below {@code remuda.gateway}
   */
  EdgeFixture(String overrides, Authenticator authenticator, Optional<EdgeServer.Inner> inner) {
    this(overrides, authenticator, inner, Metering.NONE);
  }

  /** One that lets in as {@code metering} says. */
  EdgeFixture(
      String overrides,
      Authenticator authenticator,
      Optional<EdgeServer.Inner> inner,
      Metering metering) {
    Config config =
        ConfigFactory.parseString("remuda.gateway {" + overrides + "}")
            .withFallback(ConfigFactory.load());
    ports =
        new RemotePorts(
            FrontClientSettings.from(config), "cluster-key", Optional.empty(), Optional.empty());
    handler =
        new InferenceHandler(
            routes,
            ports,
            InferenceSettings.from(config),
            noted,
            timers,
            new TypedCalls(new SchemaCache(TypedSettings.from(config))),
            this::look,
            metering);
    edge =
        EdgeServer.start(EdgeSettings.from(config, "127.0.0.1", 0), handler, authenticator, inner)
            .toCompletableFuture()
            .join();
  }

  private CompletionStage<LeaseProtocol.Reply> look(LeaseId lease) {
    looked.add(lease);
    LeaseProtocol.Reply known = leases.get(lease);
    return known == null
        ? LeaseDirectory.NONE.look(lease)
        : CompletableFuture.completedStage(known);
  }

  /** Says that {@code instance} is kept for {@code lease}. */
  void leased(String instance, int port, String lease) {
    route(instance, port, Phase.READY, -1, Set.of(), Optional.of(new LeaseId(lease)));
  }

  /** Says that {@code instance} takes requests at the scripted front on {@code port}. */
  void ready(String instance, int port) {
    route(instance, port, Phase.READY, -1, Set.of());
  }

  void route(String instance, int port, Phase phase, int progress, Set<String> endpoints) {
    route(instance, port, phase, progress, endpoints, Optional.empty());
  }

  private void route(
      String instance,
      int port,
      Phase phase,
      int progress,
      Set<String> endpoints,
      Optional<LeaseId> lease) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    MachineId.parse("m1").orElseThrow(),
                    1,
                    ++sequence,
                    phase,
                    "127.0.0.1:" + port,
                    4,
                    endpoints,
                    true,
                    progress,
                    Optional.empty(),
                    0,
                    lease))));
  }

  void listed(String name, DeploymentPhase phase, String reason) {
    listed(name, phase, reason, Optional.empty());
  }

  /** Says which other models requests for {@code name} go to. */
  void relieved(String name, Relief relief) {
    listed(name, relief, Defaults.NONE);
  }

  /** Says what requests for {@code name} say where their clients do not. */
  void defaulted(String name, Defaults defaults) {
    listed(name, Relief.NONE, defaults);
  }

  private void listed(String name, Relief relief, Defaults defaults) {
    routes.merge(new Catalog(List.of(listing(name, ++sequence, relief, defaults))));
  }

  static Listing listing(String name, long sequence, Relief relief, Defaults defaults) {
    return new Listing(
        new ModelName(name),
        sequence,
        0,
        1,
        DeploymentPhase.READY,
        "command",
        Optional.empty(),
        1,
        0,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        false,
        false,
        Map.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        relief,
        0,
        defaults);
  }

  void listed(String name, DeploymentPhase phase, String reason, Optional<Schema> schema) {
    routes.merge(
        new Catalog(
            List.of(
                new Listing(
                    new ModelName(name),
                    ++sequence,
                    0,
                    1,
                    phase,
                    "command",
                    Optional.empty(),
                    1,
                    0,
                    reason.isEmpty() ? Optional.empty() : Optional.of(reason),
                    OptionalInt.empty(),
                    schema,
                    Instant.EPOCH,
                    false))));
  }

  /** Says that {@code name} stands for {@code target} from now on. */
  void alias(String name, String target) {
    routes.merge(
        new Catalog(
            List.of(
                Listing.ofAlias(
                    new ModelName(name),
                    ++sequence,
                    0,
                    DeploymentPhase.READY,
                    Optional.of(new ModelName(target)),
                    Instant.EPOCH))));
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpRequest typed(String path, String body, String contentType, String accept) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
        .timeout(Duration.ofSeconds(20))
        .header("content-type", contentType)
        .header("accept", accept)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  HttpResponse<String> get(String path) {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
            .timeout(Duration.ofSeconds(20))
            .build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Says that {@code instance} takes requests, and that its engine's answers need mending. */
  void loose(String instance, int port) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    MachineId.parse("m1").orElseThrow(),
                    1,
                    ++sequence,
                    Phase.READY,
                    "127.0.0.1:" + port,
                    4,
                    Set.of(),
                    false,
                    -1,
                    Optional.empty(),
                    0))));
  }

  Wire wire() throws java.io.IOException {
    return new Wire(edge.port());
  }

  /**
   * The one request so far ended like this, soon: it is counted just after its client has seen the
   * last byte.
   */
  void ended(String outcome) {
    Eventually.passes(
        "the request is counted",
        Duration.ofSeconds(10),
        () -> assertThat(outcomes).containsExactly(outcome));
  }

  @Override
  public void close() {
    handler.endShadows();
    edge.close().toCompletableFuture().join();
    ports.close().toCompletableFuture().join();
    timers.shutdownNow();
  }
}
