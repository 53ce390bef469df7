package io.remuda.gateway;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.gateway.auth.EdgeKeys;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.auth.TokenCheck;
import io.remuda.gateway.edge.EdgeServer;
import io.remuda.gateway.edge.EdgeSettings;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.InferenceSettings;
import io.remuda.gateway.edge.KamonRequestMetrics;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.http.ApiServer;
import io.remuda.gateway.http.FleetClient;
import io.remuda.gateway.http.FleetPort;
import io.remuda.gateway.http.KeyClient;
import io.remuda.gateway.http.LeaseClient;
import io.remuda.gateway.http.LeaseLookups;
import io.remuda.gateway.http.LeaseSettings;
import io.remuda.gateway.http.RequestVoice;
import io.remuda.gateway.http.UsageClient;
import io.remuda.gateway.routing.DemandVoice;
import io.remuda.gateway.routing.FrontPoll;
import io.remuda.gateway.routing.RouteFeed;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.RoutesOnDisk;
import io.remuda.gateway.typed.CatalogModels;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.gateway.typed.TypedCalls;
import io.remuda.gateway.typed.TypedSettings;
import io.remuda.gateway.usage.Meter;
import io.remuda.gateway.usage.MeterSettings;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.Keys;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.cluster.ClusterHost;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.metrics.DispatcherDelay;
import io.remuda.protocol.metrics.LongestMailbox;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.metrics.Metrics;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.PublicTls;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway: the public port, the API behind it, and what both know of the fleet. None of that
 * belongs to the cluster's ActorSystem, which may end and be built anew while requests go on.
 */
public final class GatewayNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GatewayNode.class);

  private final GatewaySettings settings;
  private final NodeHome home;
  private final Config config;
  private final Routes routes = new Routes();
  private final Shutdown shutdown;
  private final Optional<FleetTls> tls;
  private final Optional<PublicTls> publicTls;
  private final ActorSystem<Void> local;
  private final FleetClient fleet;
  private final FirstKey firstKey;
  private final HostPort address;
  private Optional<ApiServer> api = Optional.empty();
  private Optional<RecentRequests> recent = Optional.empty();
  private volatile Optional<ClusterHost> cluster = Optional.empty();

  private GatewayNode(
      NodeHome home,
      Config config,
      Optional<InferencePort> inProcess,
      Optional<MachineId> inProcessMachine) {
    this.settings = GatewaySettings.from(config);
    this.shutdown = new Shutdown(settings.stopTimeout());
    this.home = home;
    this.config = config;
    this.tls = FleetTls.find(home.dir(), config);
    this.publicTls = settings.tls().map(GatewayNode::publicTls);
    Metrics.start(config);
    this.local =
        ActorSystem.create(Behaviors.empty(), "remuda-gateway", SystemConfig.local(config));
    DispatcherDelay.watch(local, "gateway");
    LongestMailbox.watch(local, "gateway");
    shutdown.add(
        "local",
        () -> {
          local.terminate();
          return local.getWhenTerminated();
        });
    try {
      this.fleet =
          new FleetClient(
              config.getDuration("remuda.gateway.http.ask-timeout"), local.executionContext());
      KeyMint mint = new KeyMint(home.clusterKey(), new SecureRandom());
      InstantSource clock = InstantSource.system();
      Optional<TokenCheck> tokens =
          settings
              .oidc()
              .map(oidc -> TokenCheck.open(oidc, clock, home.dir().resolve("oidc-keys")));
      tokens.ifPresent(check -> shutdown.addClosing("oidc", check));
      KeyCheck keys =
          new KeyCheck(
              settings.authentication(),
              mint,
              id -> routes.snapshot().access().get(id),
              clock,
              tokens);
      this.firstKey =
          new FirstKey(
              new KeyClient(fleet),
              routes,
              mint,
              clock,
              settings.authentication(),
              settings.newAdminKey(),
              local,
              settings.firstTalkRetry());
      this.address = listen(keys, mint, clock, inProcess, inProcessMachine);
      firstKey.start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    LOG.info(
        "event=gateway-listening address={} authentication={}",
        address,
        settings.authentication() ? "on" : "off");
  }

  /**
   * A gateway of its own, with its membership of the fleet. Returns when its port is open; throws
   * {@link StartRefused} when it cannot be.
   */
  public static GatewayNode start(
      NodeSettings node,
      NodeHome home,
      Config config,
      Optional<InferencePort> inProcess,
      Optional<MachineId> inProcessMachine) {
    GatewayNode gateway = startLocal(node, home, config, inProcess, inProcessMachine);
    try {
      ClusterHost cluster =
          ClusterHost.start(
              node.withRoles(Set.of(Keys.ROLE_GATEWAY)), config, gateway::clusterGuardian);
      gateway.cluster = Optional.of(cluster);
      home.writeRun(
          Map.of(
              "role",
              Keys.ROLE_GATEWAY,
              "ready",
              true,
              "url",
              gateway.url(),
              "contact",
              cluster.settings().contact().toString()));
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** Everything but the membership; {@link #clusterGuardian} is for the caller to run. */
  public static GatewayNode startLocal(
      NodeSettings node,
      NodeHome home,
      Config config,
      Optional<InferencePort> inProcess,
      Optional<MachineId> inProcessMachine) {
    return new GatewayNode(home, config, inProcess, inProcessMachine);
  }

  /** What a gateway runs within each cluster system, one after the other. */
  public Behavior<Void> clusterGuardian() {
    return Behaviors.setup(
        context -> {
          context.spawn(supervised(RouteFeed.create(routes)), "route-feed");
          context.spawn(supervised(FleetPort.create(fleet)), "fleet-port");
          recent.ifPresent(
              requests ->
                  context.spawn(
                      supervised(
                          RequestVoice.create(requests, id -> routes.snapshot().access().get(id))),
                      "request-voice"));
          return Behaviors.empty();
        });
  }

  /** The public address, with the port that was taken. */
  public HostPort address() {
    return address;
  }

  public String url() {
    return PublicTlsSettings.scheme(settings.tls()) + address;
  }

  public Routes routes() {
    return routes;
  }

  /**
   * The administrator's key, when this start made it: show it once, it is kept nowhere. Completes
   * when a registry has answered for the first time.
   */
  public CompletionStage<Optional<String>> adminKey() {
    return firstKey.secret();
  }

  /** Ends in order: no new requests, those under way, the membership, stores, the rest. */
  @Override
  public void close() {
    api.ifPresent(ApiServer::announceStop);
    if (firstKey != null) {
      firstKey.close();
    }
    shutdown.run();
  }

  private HostPort listen(
      KeyCheck keys,
      KeyMint mint,
      InstantSource clock,
      Optional<InferencePort> inProcess,
      Optional<MachineId> inProcessMachine) {
    RemotePorts ports =
        new RemotePorts(
            FrontClientSettings.from(config), home.clusterKey(), inProcessMachine, inProcess, tls);
    shutdown.add("fronts", ports::close);
    GatewayTimers threads = new GatewayTimers(settings.stopTimeout());
    shutdown.addClosing("timers", threads);
    ScheduledExecutorService timers = threads.executor();
    remember(timers, inProcessMachine);
    publicTls.ifPresent(shown -> watch(shown, timers));
    SchemaCache schemas = new SchemaCache(TypedSettings.from(config));
    MeterSettings metering = MeterSettings.from(config);
    Meter meter = new Meter(() -> routes.snapshot().access(), metering, clock, System::nanoTime);
    InferenceHandler handler =
        new InferenceHandler(
            routes,
            ports,
            InferenceSettings.from(config),
            new KamonRequestMetrics(),
            timers,
            new TypedCalls(schemas),
            new LeaseLookups(new LeaseClient(fleet), LeaseSettings.from(config)),
            meter);
    recent = Optional.of(handler.recent());
    HostPort wanted = settings.address();
    UsageClient usage = new UsageClient(fleet);
    TaskPart tasks =
        TaskPart.start(
            local,
            home,
            config,
            routes,
            new CatalogModels(routes::snapshot, schemas),
            meter,
            usage,
            metering,
            timers,
            clock);
    shutdown.addClosing("tasks", tasks::close);
    shutdown.addClosing(
        "demand",
        DemandVoice.start(
            routes,
            handler.waitingRoom(),
            models -> handler.firstTokens().percentiles(models, System.nanoTime()),
            tasks::depths,
            fleet,
            config.getDuration("remuda.gateway.inference.demand-interval"),
            timers));
    // Begun last of all, and left when nobody asks anything any more.
    shutdown.add("cluster", this::leave);
    UsageVoice voice = UsageVoice.start(meter, metering, usage, timers);
    shutdown.add("usage", voice::end);
    Optional<String> secret =
        settings.edge() ? Optional.of(randomSecret()) : Optional.<String>empty();
    ApiServer.Parts parts =
        new ApiServer.Parts(
            fleet,
            routes,
            keys,
            mint,
            home.clusterKey(),
            tls,
            Metrics::scrapeText,
            secret,
            settings.edge() ? Optional.empty() : Optional.of(handler),
            handler.recent(),
            schemas,
            tasks.api(),
            clock);
    ApiServer server =
        opened(
            settings.edge()
                ? ApiServer.start(local, "127.0.0.1", 0, parts)
                : ApiServer.start(local, wanted.host(), wanted.port(), parts, publicTls),
            wanted);
    shutdown.add("api", server::close);
    api = Optional.of(server);
    InetSocketAddress inner = server.address();
    if (secret.isEmpty()) {
      shutdown.addClosing("shadows", handler::endShadows);
      shutdown.addClosing("waiting-room", handler.waitingRoom());
      return wanted.withPort(inner.getPort());
    }
    EdgeServer edge =
        opened(
            EdgeServer.start(
                EdgeSettings.from(config, wanted.host(), wanted.port()),
                handler,
                new EdgeKeys(keys, new LeaseSeal(home.clusterKey())),
                Optional.of(new EdgeServer.Inner(inner, secret.get())),
                publicTls.map(
                    shown ->
                        new EdgeServer.Encryption(
                            shown, settings.tls().orElseThrow().handshakeTimeout()))),
            wanted);
    shutdown.add("edge", edge::close);
    shutdown.addClosing("shadows", handler::endShadows);
    // Ends first: who waits is answered, and not cut off when the time for draining is over.
    shutdown.addClosing("waiting-room", handler.waitingRoom());
    return wanted.withPort(edge.port());
  }

  private static PublicTls publicTls(PublicTlsSettings settings) {
    return PublicTls.open(
        settings.certificate(),
        settings.key(),
        InstantSource.system(),
        Kamon.gauge(MetricNames.CERTIFICATE_LEFT, MeasurementUnit.time().seconds())
                .withTag("of", "public")
            ::update);
  }

  /** A renewed certificate is used without a restart. */
  private void watch(PublicTls shown, ScheduledExecutorService timers) {
    LOG.info("event=public-certificate {}", shown.describe());
    long millis = settings.tls().orElseThrow().lookInterval().toMillis();
    var unused = timers.scheduleWithFixedDelay(shown::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private CompletionStage<?> leave() {
    return cluster.map(ClusterHost::close).orElseGet(() -> CompletableFuture.completedStage(null));
  }

  /** What the gateway knows is there again after a restart, and kept fresh without a registry. */
  private void remember(ScheduledExecutorService timers, Optional<MachineId> inProcessMachine) {
    Config limits = config.getConfig("remuda.gateway.routes");
    RoutesOnDisk copy =
        RoutesOnDisk.open(
            routes, home.dir().resolve("routes.json"), limits.getDuration("save-interval"), timers);
    shutdown.addClosing("routes-on-disk", copy::close);
    FrontPoll poll =
        FrontPoll.start(
            routes,
            home.clusterKey(),
            tls,
            machine ->
                inProcessMachine.equals(Optional.of(machine))
                    || (fleet.seesRegistry() && routes.isMember(machine)),
            limits.getDuration("poll-interval"),
            limits.getDuration("poll-limit"),
            timers);
    shutdown.addClosing("front-poll", poll::close);
  }

  private <T> T opened(CompletionStage<T> opening, HostPort wanted) {
    try {
      return await(opening, settings.startTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused("The start was interrupted.", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new StartRefused(
          "The gateway cannot listen on "
              + wanted
              + " ("
              + (e.getCause() == null ? e : e.getCause()).getMessage()
              + "); end what uses the port, or give another one with --port.",
          e);
    }
  }

  private static <T> T await(CompletionStage<T> stage, Duration limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static <T> Behavior<T> supervised(Behavior<T> behavior) {
    return Behaviors.supervise(behavior)
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
  }

  private static String randomSecret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
