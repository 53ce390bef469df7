package io.remuda.gateway.edge;

import io.remuda.protocol.tls.PublicTls;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * The public port. Requests to models take the byte path; everything else is relayed to the API on
 * its inner port. Belongs to no ActorSystem, so that it serves on while one is rebuilt.
 */
public final class EdgeServer {

  /** Carries the secret of this start to the API; a client's own of this name is dropped. */
  public static final String SECRET_HEADER = Relay.SECRET_HEADER;

  private final EdgeSettings settings;
  private final InferenceHandler handler;
  private final Authenticator authenticator;
  private final Optional<Inner> inner;
  private final Optional<Encryption> encryption;
  private final BodyBudget bodies;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger handshakes = new AtomicInteger();
  private final Vertx vertx;
  private final int port;

  /**
   * The API behind the edge.
   *
   * @param secret of this start, sent with every relayed request as {@link Relay#SECRET_HEADER}
   */
  public record Inner(InetSocketAddress address, String secret) {
    /** Without the secret. */
    @Override
    public String toString() {
      return address.toString();
    }
  }

  /**
   * HTTPS on the port, where HTTP is not spoken then.
   *
   * @param handshakeTimeout a client that has not done its handshake within it is cut off
   */
  public record Encryption(PublicTls tls, Duration handshakeTimeout) {}

  private EdgeServer(
      int port,
      EdgeSettings settings,
      InferenceHandler handler,
      Authenticator authenticator,
      Optional<Inner> inner,
      Optional<Encryption> encryption) {
    this.encryption = encryption;
    this.settings = settings;
    this.handler = handler;
    this.authenticator = authenticator;
    this.inner = inner;
    this.bodies = new BodyBudget(settings.maxBodiesBytes());
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                // Its copies of files out of jars would lie about after a kill; none is read here.
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(settings.eventLoops())
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
    this.port = port;
  }

  /** Opens the port, not encrypted; fails when it is taken. */
  public static CompletionStage<EdgeServer> start(
      EdgeSettings settings,
      InferenceHandler handler,
      Authenticator authenticator,
      Optional<Inner> inner) {
    return start(settings, handler, authenticator, inner, Optional.empty());
  }

  /** Opens the port; fails when it is taken. */
  public static CompletionStage<EdgeServer> start(
      EdgeSettings settings,
      InferenceHandler handler,
      Authenticator authenticator,
      Optional<Inner> inner,
      Optional<Encryption> encryption) {
    IntFunction<CompletionStage<EdgeServer>> at =
        port -> open(new EdgeServer(port, settings, handler, authenticator, inner, encryption));
    // A free port must be the same for all loops, so it is looked for before they start.
    return settings.port() != 0
        ? at.apply(settings.port())
        : at.apply(freePort(settings.host()))
            .exceptionallyCompose(taken -> at.apply(freePort(settings.host())));
  }

  private static CompletionStage<EdgeServer> open(EdgeServer edge) {
    return edge.vertx
        .deployVerticle(
            () -> new EdgeLoop(edge),
            new DeploymentOptions().setInstances(edge.settings.eventLoops()))
        .map(id -> edge)
        .onFailure(failure -> edge.vertx.close())
        .toCompletionStage();
  }

  private static int freePort(String host) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on " + host, e);
    }
  }

  /** The port that is listened on, also when a free one was asked for. */
  public int port() {
    return port;
  }

  public int connections() {
    return connections.get();
  }

  /** Takes no new connection, lets what is under way end within the drain time, then closes. */
  public CompletionStage<Void> close() {
    return vertx.close().toCompletionStage();
  }

  /** Memory that the bodies of requests to models take now. */
  BodyBudget bodies() {
    return bodies;
  }

  EdgeSettings settings() {
    return settings;
  }

  InferenceHandler handler() {
    return handler;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  Optional<Inner> inner() {
    return inner;
  }

  Optional<Encryption> encryption() {
    return encryption;
  }

  /** Counts a new connection unless there are too many. */
  boolean admit() {
    if (connections.incrementAndGet() <= settings.maxConnections()) {
      return true;
    }
    connections.decrementAndGet();
    return false;
  }

  void leave() {
    connections.decrementAndGet();
  }

  /** Counts a client that has not done its handshake, unless there are too many with them. */
  boolean admitHandshake() {
    if (handshakes.incrementAndGet() + connections.get() <= settings.maxConnections()) {
      return true;
    }
    handshakes.decrementAndGet();
    return false;
  }

  /** It is a connection from now on, or none any more. */
  void handshakeIsOver() {
    handshakes.decrementAndGet();
  }
}
