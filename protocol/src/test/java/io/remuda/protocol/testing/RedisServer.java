package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Redis for tests: the one that {@code REMUDA_TEST_REDIS} names (redis://...), else one of
 * this JVM's own from an installed or a Maven-provided binary. Own servers keep nothing on disk.
 */
public final class RedisServer {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final URI uri;
  private final Optional<ServerProcess> process;

  private RedisServer(URI uri, Optional<ServerProcess> process) {
    this.uri = uri;
    this.process = process;
  }

  /** The server all tests of this JVM share; each test uses its own key prefix. */
  public static RedisServer shared() {
    return Shared.SERVER.get();
  }

  /** A server of the caller's own, which it may stop, kill and start again (empty). */
  public static RedisServer own() {
    return own(List.of());
  }

  /** The same with options of the caller's. */
  public static RedisServer own(List<String> options) {
    int port = FreePort.next();
    Path folder = ServerProcess.newFolder("redis", ServerProcess.target());
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            binary(folder).toString(),
            "--bind",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--dir",
            folder.toString(),
            "--save",
            "",
            "--appendonly",
            "no"));
    command.addAll(options);
    RedisServer server =
        new RedisServer(
            URI.create("redis://127.0.0.1:" + port),
            Optional.of(new ServerProcess("redis", command, Map.of(), folder)));
    server.restart();
    return server;
  }

  /** Address in the form redis://host:port. */
  public String url() {
    return uri.toString();
  }

  public String host() {
    return uri.getHost();
  }

  public int port() {
    return uri.getPort() < 0 ? 6379 : uri.getPort();
  }

  /** Forgets all that it holds. */
  public void flush() {
    try (Socket socket = new Socket(InetAddress.getByName(host()), port())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write("FLUSHALL\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
      if (!answer.equals("+OK")) {
        throw new AssertionError("Redis did not flush: " + answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void restart() {
    ServerProcess own = requireOwn();
    own.start();
    own.awaitReady(START_LIMIT, this::answers);
  }

  public void stop() {
    requireOwn().stop("TERM", Duration.ofSeconds(5));
  }

  /** Ends the server at once; what it held is lost. */
  public void kill() {
    requireOwn().kill();
  }

  /**
   * Makes the server hang: its connections stay open, and it answers nothing until it is thawed.
   */
  public void freeze() {
    requireOwn().freeze();
  }

  public void thaw() {
    requireOwn().thaw();
  }

  /** Whether the server answers a PING now, with a password or without one. */
  public boolean answers() {
    try (Socket socket = new Socket(InetAddress.getByName(host()), port())) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
      return answer.equals("+PONG") || answer.equals("-NOAU");
    } catch (IOException e) {
      return false;
    }
  }

  private ServerProcess requireOwn() {
    return process.orElseThrow(
        () -> new IllegalStateException("not ours to stop: REMUDA_TEST_REDIS names it"));
  }

  private static Path binary(Path folder) {
    return Parts.executable("redis-server", "/usr/bin", "/usr/local/bin")
        .or(() -> embedded(folder))
        .orElseThrow(
            () ->
                Parts.missing(
                    "Redis", "install redis-server, or set REMUDA_TEST_REDIS to a redis: address"));
  }

  private static Optional<Path> embedded(Path folder) {
    try {
      return Optional.of(EmbeddedRedis.unpack(folder));
    } catch (NoClassDefFoundError e) {
      // The module's tests do not have the artifact on their class path.
      return Optional.empty();
    }
  }

  /** Apart, so that the artifact's classes are needed only when it is used. */
  private static final class EmbeddedRedis {
    static Path unpack(Path folder) {
      try {
        return redis.embedded.core.ExecutableProvider.newJarResourceProvider(folder.toFile())
            .get()
            .toPath();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot unpack the embedded Redis", e);
      }
    }
  }

  private static final class Shared {
    private static final Once<RedisServer> SERVER =
        new Once<>(
            () ->
                Parts.environment("REMUDA_TEST_REDIS")
                    .map(address -> new RedisServer(URI.create(address), Optional.empty()))
                    .orElseGet(RedisServer::own));
  }
}
