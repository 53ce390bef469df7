package io.remuda.node.front;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.tls.FleetTls;
import io.vertx.core.DeploymentOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The machine's door for gateways in other processes, and for workers that join. Every call of a
 * gateway must carry the cluster's key, so that nobody goes round it; {@code /metrics} and {@code
 * /health} are open, and {@code /v1/instances} asks for keys by itself.
 */
public final class FrontServer {

  private final Front front;
  private final Pages pages;
  private final byte[] clusterKey;
  private final Optional<FleetTls> tls;
  private final BodyBudget bodies;
  private final String host;
  private final int port;

  /** What the door shows beside the instances; all but {@link #logs} answer without waiting. */
  public interface Pages {

    /** This machine's routes as the JSON of a {@code RouteTable}. */
    String routes();

    /**
     * The last lines that an engine wrote, which may take a moment; empty when the machine has no
     * such instance.
     */
    Optional<List<String>> logs(InstanceId instance, int lines);

    /** Prometheus' text. */
    String metrics();

    /** What is done with workers that join; they bring keys of their own. */
    default WorkerCalls workers() {
      return WorkerCalls.NONE;
    }
  }

  private FrontServer(
      Front front, Pages pages, String clusterKey, Optional<FleetTls> tls, String host, int port) {
    this.tls = tls;
    this.front = front;
    this.pages = pages;
    this.clusterKey = clusterKey.getBytes(StandardCharsets.UTF_8);
    this.bodies = new BodyBudget(front.settings().workerBodies());
    this.host = host;
    this.port = port;
  }

  /** As the other one, unencrypted. */
  public static CompletionStage<FrontServer> start(
      Front front, Pages pages, String clusterKey, String host, int port) {
    return start(front, pages, clusterKey, Optional.empty(), host, port);
  }

  /**
   * Opens the door; fails when the port is taken. It is closed by {@link Front#close()}.
   *
   * @param tls the node's certificate: with one, the door is encrypted
   * @param port 0 for a free one
   */
  public static CompletionStage<FrontServer> start(
      Front front, Pages pages, String clusterKey, Optional<FleetTls> tls, String host, int port) {
    // A free port must be the same for all loops, so it is looked for before they start.
    return port != 0
        ? open(front, pages, clusterKey, tls, host, port)
        : open(front, pages, clusterKey, tls, host, freePort(host))
            .exceptionallyCompose(
                taken -> open(front, pages, clusterKey, tls, host, freePort(host)));
  }

  private static CompletionStage<FrontServer> open(
      Front front, Pages pages, String clusterKey, Optional<FleetTls> tls, String host, int port) {
    FrontServer server = new FrontServer(front, pages, clusterKey, tls, host, port);
    return front
        .vertx()
        .deployVerticle(
            () -> new FrontLoop(server),
            new DeploymentOptions().setInstances(front.settings().eventLoops()))
        .map(id -> server)
        .toCompletionStage();
  }

  private static int freePort(String host) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on " + host, e);
    }
  }

  /** The port that is listened on. */
  public int port() {
    return port;
  }

  public String host() {
    return host;
  }

  Front front() {
    return front;
  }

  Pages pages() {
    return pages;
  }

  Optional<FleetTls> tls() {
    return tls;
  }

  /** What workers' bodies may take, all of them. */
  BodyBudget bodies() {
    return bodies;
  }

  /** In a time that does not depend on how much of the key is right. */
  boolean isKey(@Nullable String shown) {
    return shown != null
        && MessageDigest.isEqual(clusterKey, shown.getBytes(StandardCharsets.UTF_8));
  }
}
