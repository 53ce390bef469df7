package io.remuda.gateway;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import io.remuda.gateway.auth.EdgeKeys;
import io.remuda.gateway.auth.KeyCheck;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.auth.TokenCheck;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.InferenceSettings;
import io.remuda.gateway.edge.KamonRequestMetrics;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.gateway.http.ApiServer;
import io.remuda.gateway.http.FleetClient;
import io.remuda.gateway.http.KeyClient;
import io.remuda.gateway.http.LeaseClient;
import io.remuda.gateway.http.LeaseLookups;
import io.remuda.gateway.http.LeaseSettings;
import io.remuda.gateway.http.UsageClient;
import io.remuda.gateway.routing.DemandVoice;
import io.remuda.gateway.routing.Routes;
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
import io.remuda.protocol.metrics.Metrics;
import io.remuda.protocol.tls.FleetTls;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
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
  private final PublicDoor door;
  private final ActorSystem<Void> local;
  private final FleetClient fleet;
  private final FirstKey firstKey;
  private final HostPort address;
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
    this.door = new PublicDoor(settings);
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
    return GatewayGuardian.create(routes, fleet, recent);
  }

  /** The public address, with the port that was taken. */
  public HostPort address() {
    return address;
  }

  public String url() {
    return door.url(address);
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
    door.announceStop();
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
    RouteMemory.start(routes, fleet, home, config, tls, inProcessMachine, timers, shutdown);
    door.watch(timers);
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
    ApiServer.Parts parts =
        new ApiServer.Parts(
            fleet,
            routes,
            keys,
            mint,
            home.clusterKey(),
            tls,
            Metrics::scrapeText,
            door.secret(),
            settings.edge() ? Optional.empty() : Optional.of(handler),
            handler.recent(),
            schemas,
            tasks.api(),
            clock);
    return door.open(
        local,
        config,
        parts,
        handler,
        new EdgeKeys(keys, new LeaseSeal(home.clusterKey())),
        shutdown);
  }

  private CompletionStage<?> leave() {
    return cluster.map(ClusterHost::close).orElseGet(() -> CompletableFuture.completedStage(null));
  }
}
