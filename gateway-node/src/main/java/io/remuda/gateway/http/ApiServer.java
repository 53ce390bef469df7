package io.remuda.gateway.http;

import akka.Done;
import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ServerSettings;
import akka.pattern.Patterns;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.PublicTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** The API's server. It lives in the local ActorSystem, so no change of the cluster touches it. */
public final class ApiServer {

  private final ServerBinding binding;
  private final OpenStreams streams;
  private final AtomicBoolean stopping;
  private final ApiSettings settings;

  private ApiServer(
      ServerBinding binding, OpenStreams streams, AtomicBoolean stopping, ApiSettings settings) {
    this.binding = binding;
    this.streams = streams;
    this.stopping = stopping;
    this.settings = settings;
  }

  /**
   * What the API speaks for.
   *
   * @param clusterKey shown to the machines' fronts
   * @param tls with a certificate, those fronts are encrypted
   * @param relaySecret what the edge in front puts on each request; empty when there is no edge
   * @param inference answers requests to models where there is no edge
   * @param schemas of typed models
   * @param tasks durable tasks
   */
  public record Parts(
      FleetClient fleet,
      Routes routes,
      KeyCheck keys,
      KeyMint mint,
      String clusterKey,
      Optional<FleetTls> tls,
      Supplier<String> metrics,
      Optional<String> relaySecret,
      Optional<InferenceHandler> inference,
      RecentRequests recent,
      SchemaCache schemas,
      TaskApi tasks,
      InstantSource clock) {

    /** Leaves the secrets out. */
    @Override
    public String toString() {
      return "Parts";
    }
  }

  /** Opens {@code host:port}, where port 0 is a free one, not encrypted; fails when it is taken. */
  public static CompletionStage<ApiServer> start(
      ActorSystem<?> local, String host, int port, Parts parts) {
    return start(local, host, port, parts, Optional.empty());
  }

  /**
   * The same, for clients.
   *
   * @param encryption HTTPS, where HTTP is not spoken then
   */
  public static CompletionStage<ApiServer> start(
      ActorSystem<?> local, String host, int port, Parts parts, Optional<PublicTls> encryption) {
    Config config = local.settings().config();
    ApiSettings settings = ApiSettings.from(config);
    OpenStreams streams = new OpenStreams();
    AtomicBoolean stopping = new AtomicBoolean();
    List<ApiRoute> table = table(local, settings, parts, streams, stopping);
    Api api =
        new Api(
            table,
            parts.keys(),
            parts.relaySecret(),
            new AuditTrail(parts.fleet()::keep, settings.auditPatience()),
            settings,
            SystemMaterializer.get(local).materializer());
    ServerBuilder builder =
        Http.get(local).newServerAt(host, port).withSettings(serverSettings(config));
    return encryption
        .map(tls -> builder.enableHttps(ConnectionContext.httpsServer(tls::serverEngine)))
        .orElse(builder)
        .bindFlow(parts.relaySecret().isEmpty() ? guarded(api, settings) : connection(api))
        .thenApply(binding -> new ApiServer(binding, streams, stopping, settings));
  }

  /** One connection's requests, one after the other; each is told when its client has gone. */
  private static Flow<HttpRequest, HttpResponse, NotUsed> connection(Api api) {
    return Flow.<HttpRequest, HttpResponse, NotUsed>fromMaterializer(
            (materializer, attributes) -> {
              Departure departure = new Departure();
              return Flow.<HttpRequest>create()
                  .watchTermination(
                      (none, done) -> {
                        done.whenComplete((ended, failure) -> departure.happened());
                        return none;
                      })
                  .mapAsync(1, request -> api.answer(request, departure));
            })
        .mapMaterializedValue(none -> NotUsed.getInstance());
  }

  /** The same of clients that no edge keeps in check. */
  private static Flow<HttpRequest, HttpResponse, NotUsed> guarded(Api api, ApiSettings settings) {
    return BidiFlow.fromGraph(new HeaderDeadline(settings.headerTimeout(), settings.keptTimeout()))
        .join(connection(api));
  }

  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /**
   * Tells balancers to go elsewhere and ends the streams that have no end of their own; everything
   * else is still answered.
   */
  public void announceStop() {
    stopping.set(true);
    var unused = streams.end();
  }

  /**
   * Takes no new connection, ends streams of events with their last chunk, lets requests under way
   * finish for a while, and closes.
   */
  public CompletionStage<Void> close() {
    stopping.set(true);
    Duration limit = settings.shutdownTimeout();
    // A connection that is terminated in the middle of an answer is reset by akka-http, whatever
    // its deadline: so the streams have to be over before.
    return binding
        .unbind()
        .thenCompose(done -> bounded(streams.end(), limit))
        .thenCompose(done -> binding.terminate(limit))
        .thenApply(done -> null);
  }

  private static CompletionStage<Done> bounded(CompletionStage<Done> stage, Duration limit) {
    return stage
        .toCompletableFuture()
        .copy()
        .completeOnTimeout(Done.getInstance(), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Every route there is, in the order of the description. */
  static List<ApiRoute> table(
      ActorSystem<?> local,
      ApiSettings settings,
      Parts parts,
      OpenStreams streams,
      AtomicBoolean stopping) {
    Materializer materializer = SystemMaterializer.get(local).materializer();
    FleetClient fleet = parts.fleet();
    Routes routes = parts.routes();
    Settling.Pause pause =
        // Not with null: a timer that yields null never completes.
        length ->
            Patterns.after(
                length, local, () -> CompletableFuture.completedStage(Done.getInstance()));
    LeaseSeal seal = new LeaseSeal(parts.clusterKey());
    List<ApiRoute> table = new ArrayList<>();
    table.addAll(new ModelRoutes(routes::snapshot, parts.schemas()).endpoints());
    table.addAll(
        new InferenceRoutes(parts.inference(), materializer, local.executionContext(), seal)
            .endpoints());
    table.addAll(
        new RequestRoutes(
                new RequestSearch(
                    parts.recent(),
                    id -> routes.snapshot().access().get(id),
                    fleet.link(),
                    settings.askTimeout()))
            .endpoints());
    table.addAll(new TensorRoutes(routes::snapshot, parts.schemas(), stopping::get).endpoints());
    table.addAll(new OllamaRoutes(routes::snapshot).endpoints());
    table.addAll(
        new ChoiceRoutes(routes::snapshot, RoutingSettings.from(local.settings().config()))
            .endpoints());
    table.addAll(new DeploymentRoutes(fleet, routes::snapshot, pause, settings).endpoints());
    table.addAll(new RolloutRoutes(fleet).endpoints());
    table.addAll(new AliasRoutes(new AliasClient(fleet), routes::snapshot).endpoints());
    table.addAll(
        new LogRoutes(
                local,
                fleet,
                routes::snapshot,
                parts.clusterKey(),
                parts.tls(),
                pause,
                streams,
                settings)
            .endpoints());
    table.addAll(new EventRoutes(fleet, pause, streams, settings).endpoints());
    table.addAll(
        parts.tasks().endpoints(routes::snapshot, pause, streams, settings.eventPatience()));
    table.addAll(
        LeaseRoutes.of(
                new LeaseClient(fleet),
                routes::snapshot,
                LeaseSettings.from(local.settings().config()),
                seal,
                pause)
            .endpoints());
    table.addAll(new MachineRoutes(fleet).endpoints());
    table.addAll(
        new RegistryRoutes(new RegistryRoll(fleet.link(), settings.askTimeout())).endpoints());
    table.addAll(new AuditRoutes(fleet).endpoints());
    KeyClient keys = new KeyClient(fleet);
    table.addAll(new KeyRoutes(keys, parts.mint(), routes, parts.clock()).endpoints());
    table.addAll(new TenantRoutes(keys, routes).endpoints());
    table.addAll(new UsageRoutes(new UsageClient(fleet), parts.clock()).endpoints());
    table.addAll(
        new HealthRoutes(routes::snapshot, fleet::seesRegistry, stopping::get, parts.metrics())
            .endpoints());
    List<ApiRoute> described = new ArrayList<>(table);
    LiveDescription live =
        new LiveDescription(() -> OpenApi.describe(described), routes::snapshot, parts.schemas());
    List<ApiRoute> docs = new DocRoutes(live::of).endpoints();
    described.addAll(docs);
    return List.copyOf(described);
  }

  private static ServerSettings serverSettings(Config config) {
    Config http = config.getConfig("remuda.gateway.http");
    Map<String, Object> values =
        Map.of(
            "akka.http.server.request-timeout", http.getString("request-timeout"),
            "akka.http.server.idle-timeout", http.getString("idle-timeout"),
            "akka.http.server.max-connections", http.getInt("max-connections"),
            "akka.http.server.parsing.max-content-length", http.getBytes("body-limit"),
            "akka.http.server.transparent-head-requests", "on",
            "akka.http.server.server-header", "");
    return ServerSettings.create(ConfigFactory.parseMap(values).withFallback(config));
  }
}
