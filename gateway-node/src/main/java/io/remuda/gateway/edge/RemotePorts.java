package io.remuda.gateway.edge;

import io.remuda.protocol.Route;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.KeptConnections;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.tls.FleetTls;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The doors to all machines: the one in this JVM, where there is one, is called in process, every
 * other one over HTTP with the cluster's key, encrypted where this node has a certificate. Each
 * event loop has a client of its own.
 */
public final class RemotePorts implements Ports {

  /** How often connections that were idle or silent for too long are looked for. */
  private static final long TIDY_MILLIS = 500;

  private final FrontClientSettings settings;
  private final String clusterKey;
  private final Optional<MachineId> localMachine;
  private final Optional<InferencePort> local;
  private final Optional<FleetTls> tls;
  private final Map<String, RemotePort> ports = new ConcurrentHashMap<>();
  private final ThreadLocal<Loop> loops = new ThreadLocal<>();
  private final Vertx vertx;

  /**
   * @param local the machine of this JVM and its door, both or neither
   */
  public RemotePorts(
      FrontClientSettings settings,
      String clusterKey,
      Optional<MachineId> localMachine,
      Optional<InferencePort> local) {
    this(settings, clusterKey, localMachine, local, Optional.empty());
  }

  /**
   * @param tls the node's certificate: with one, all other machines' doors are encrypted
   */
  public RemotePorts(
      FrontClientSettings settings,
      String clusterKey,
      Optional<MachineId> localMachine,
      Optional<InferencePort> local,
      Optional<FleetTls> tls) {
    this.tls = tls;
    this.settings = settings;
    this.clusterKey = clusterKey;
    this.localMachine = localMachine;
    this.local = local;
    // Only for calls that come from no event loop; its threads start with the first of them.
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                // Its copies of files out of jars would lie about after a kill; none is read here.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
  }

  @Override
  public InferencePort of(Route route) {
    if (local.isPresent()
        && localMachine.isPresent()
        && localMachine.get().equals(route.machine())) {
      return local.get();
    }
    RemotePort port = ports.get(route.front());
    return port != null
        ? port
        : ports.computeIfAbsent(route.front(), address -> RemotePort.at(address, this));
  }

  public CompletionStage<Void> close() {
    return vertx.close().toCompletionStage();
  }

  FrontClientSettings settings() {
    return settings;
  }

  String clusterKey() {
    return clusterKey;
  }

  /** The loop that the caller is on, else one of our own. */
  Context loop() {
    Context here = Vertx.currentContext();
    return here != null && here.isEventLoopContext() ? here : vertx.getOrCreateContext();
  }

  /** The calling event loop's connections to a machine. */
  KeptConnections to(RemotePort port, Context loop) {
    Loop here = loops.get();
    if (here == null) {
      here = new Loop(loop.owner());
      loops.set(here);
    }
    return here.to(port);
  }

  /** What one event loop has. */
  private final class Loop {
    private final HttpClientAgent client;
    private final Map<RemotePort, KeptConnections> machines = new HashMap<>();

    private Loop(Vertx vertx) {
      client = vertx.httpClientBuilder().with(options()).build();
      vertx.setPeriodic(TIDY_MILLIS, id -> tidy());
    }

    private KeptConnections to(RemotePort port) {
      KeptConnections kept = machines.get(port);
      return kept == null ? machines.computeIfAbsent(port, this::made) : kept;
    }

    private KeptConnections made(RemotePort port) {
      return new KeptConnections(
          client,
          new HttpConnectOptions()
              .setHost(port.host())
              .setPort(port.port())
              .setSsl(tls.isPresent())
              .setConnectTimeout(settings.connectTimeout().toMillis()),
          settings.maxConnections(),
          settings.keepAlive(),
          settings.silenceTimeout());
    }

    private void tidy() {
      // Machines come and go.
      KeptConnections.tidy(machines, System.nanoTime());
    }
  }

  private HttpClientOptions options() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setHttp2ClearTextUpgrade(false)
            .setKeepAlive(true)
            .setPipelining(false)
            .setTcpNoDelay(true)
            .setKeepAliveTimeout((int) Math.max(1, settings.keepAlive().toSeconds()))
            .setConnectTimeout((int) settings.connectTimeout().toMillis())
            .setMaxHeaderSize(64 * 1024)
            .setDecompressionSupported(false);
    tls.ifPresent(
        fleet ->
            options
                .setSsl(true)
                // The fleet's authority vouches for the machine, under whatever name it is met.
                .setVerifyHost(false)
                .setEnabledSecureTransportProtocols(Set.of(FleetTls.PROTOCOL))
                .setKeyCertOptions(KeyCertOptions.wrap(fleet.keys()))
                .setTrustOptions(TrustOptions.wrap(fleet.trust())));
    return options;
  }
}
