package io.remuda.protocol.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real RabbitMQ for tests: the one that {@code REMUDA_TEST_AMQP} names (amqp://...), else one of
 * this JVM's own from an installed binary.
 *
 * <p>An own broker has its own node name, port mapper, distribution port, folder and cookie, so
 * that several of them, and a broker of the machine, live side by side.
 */
public final class RabbitServer {

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final byte[] PROTOCOL_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  private final URI uri;
  private final Optional<ServerProcess> portMapper;
  private final Optional<ServerProcess> process;
  private final Map<String, String> environment;
  private final int tlsPort;

  private RabbitServer(
      URI uri,
      Optional<ServerProcess> portMapper,
      Optional<ServerProcess> process,
      Map<String, String> environment,
      int tlsPort) {
    this.uri = uri;
    this.tlsPort = tlsPort;
    this.portMapper = portMapper;
    this.process = process;
    this.environment = environment;
  }

  /** The broker all tests of this JVM share; each test uses its own queue names. */
  public static RabbitServer shared() {
    return Shared.SERVER.get();
  }

  /** A broker of the caller's own, which it may stop, kill and start again. */
  public static RabbitServer own() {
    return own(Optional.empty());
  }

  /** The same, which speaks TLS on a second port. */
  public static RabbitServer own(ServerCertificate certificate) {
    return own(Optional.of(certificate));
  }

  private static RabbitServer own(Optional<ServerCertificate> certificate) {
    Path script =
        Parts.executable("rabbitmq-server", "/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin")
            .map(RabbitServer::withoutDebianWrapper)
            .orElseThrow(RabbitServer::missing);
    Path epmd =
        Parts.executable("epmd", "/usr/lib/erlang/*/bin").orElseThrow(RabbitServer::missing);
    int[] ports = FreePort.next(4);
    Path folder = ServerProcess.newFolder("rabbitmq", ServerProcess.target());
    Map<String, String> environment = environment(folder, ports, certificate);
    RabbitServer server =
        new RabbitServer(
            URI.create("amqp://guest:guest@127.0.0.1:" + ports[0]),
            Optional.of(
                new ServerProcess(
                    "epmd",
                    List.of(epmd.toString()),
                    environment,
                    ServerProcess.newFolder("epmd", ServerProcess.target()))),
            Optional.of(
                new ServerProcess("rabbitmq", List.of(script.toString()), environment, folder)),
            environment,
            ports[3]);
    server.restart();
    return server;
  }

  /** Address in the form amqp://user:password@host:port. */
  public String url() {
    return uri.toString();
  }

  /** Address of the port that speaks TLS, by the name that the certificate is made for. */
  public String tlsUrl(String host) {
    requireOwn();
    return "amqps://guest:guest@" + host + ":" + tlsPort;
  }

  public String host() {
    return uri.getHost();
  }

  public int port() {
    return uri.getPort() < 0 ? 5672 : uri.getPort();
  }

  /** Starts the broker again on the same port and data, and waits until it answers. */
  public void restart() {
    portMapper.ifPresent(ServerProcess::start);
    ServerProcess own = requireOwn();
    Eventually.passes(
        "RabbitMQ starts",
        START_LIMIT,
        () -> {
          // After a kill its name and its ports may be taken for a moment.
          own.start();
          own.awaitReady(START_LIMIT, this::answers);
        });
  }

  /** Stops the broker in good order; durable queues stay. */
  public void stop() {
    requireOwn().stop("TERM", Duration.ofSeconds(30));
  }

  /** Ends the broker at once, as a crash would. */
  public void kill() {
    requireOwn().kill();
  }

  /** Makes the broker take no messages, as when its disk is nearly full; or take them again. */
  public void refuseMessages(boolean refuse) {
    control("set_disk_free_limit", refuse ? "900000GB" : "50MB");
  }

  /** Runs rabbitmqctl on this broker; fails with its output when that fails. */
  public void control(String... arguments) {
    requireOwn();
    Path tool =
        Parts.executable("rabbitmqctl", "/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin")
            .map(
                found -> {
                  Path script = Path.of("/usr/lib/rabbitmq/bin/rabbitmqctl");
                  return Files.isExecutable(script) ? script : found;
                })
            .orElseThrow(RabbitServer::missing);
    List<String> line = new ArrayList<>(List.of(tool.toString()));
    line.addAll(List.of("-n", environment.getOrDefault("RABBITMQ_NODENAME", "")));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Path output = Path.of(environment.getOrDefault("HOME", "")).resolve("control.log");
    builder.redirectOutput(output.toFile());
    try {
      Process running = builder.start();
      if (!running.waitFor(60, TimeUnit.SECONDS) || running.exitValue() != 0) {
        running.destroyForcibly();
        throw new AssertionError(line + " failed:\n" + Files.readString(output));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + line, e);
    }
  }

  /** Whether the broker opens an AMQP 0-9-1 conversation now. */
  public boolean answers() {
    try (Socket socket = new Socket(InetAddress.getByName(host()), port())) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write(PROTOCOL_HEADER);
      // A method frame on channel 0: Connection.Start.
      return socket.getInputStream().read() == 1;
    } catch (IOException e) {
      return false;
    }
  }

  private ServerProcess requireOwn() {
    return process.orElseThrow(
        () -> new IllegalStateException("not ours to stop: REMUDA_TEST_AMQP names it"));
  }

  private static AssertionError missing() {
    return Parts.missing(
        "RabbitMQ", "install rabbitmq-server, or set REMUDA_TEST_AMQP to an amqp: address");
  }

  /**
   * Debian's command changes to the user rabbitmq and its folders; the script behind it does not.
   */
  private static Path withoutDebianWrapper(Path found) {
    Path script = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    return found.startsWith("/usr/sbin") && Files.isExecutable(script) ? script : found;
  }

  private static String tls(ServerCertificate certificate, int port) {
    return """
    listeners.ssl.local = 127.0.0.1:%d
    ssl_options.cacertfile = %s
    ssl_options.certfile = %s
    ssl_options.keyfile = %s
    ssl_options.verify = verify_none
    ssl_options.fail_if_no_peer_cert = false
    """
        .formatted(port, certificate.certificate(), certificate.certificate(), certificate.key());
  }

  private static Map<String, String> environment(
      Path folder, int[] ports, Optional<ServerCertificate> certificate) {
    try {
      Files.writeString(folder.resolve("enabled_plugins"), "[].\n", StandardCharsets.US_ASCII);
      Files.writeString(
          folder.resolve("rabbitmq.conf"),
          """
          listeners.tcp.local = 127.0.0.1:%d
          disk_free_limit.absolute = 50MB
          vm_memory_high_watermark.absolute = 512MB
          # It is held in memory until it is full: by default as much as all that is allowed here.
          raft.wal_max_size_bytes = 64000000
          log.console = true
          log.file = false
          """
                  .formatted(ports[0])
              + certificate.map(each -> tls(each, ports[3])).orElse(""),
          StandardCharsets.US_ASCII);
      Files.writeString(folder.resolve("rabbitmq-env.conf"), "", StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", folder.toString());
    environment.put("RABBITMQ_NODENAME", "remuda-test-" + ports[0] + "@localhost");
    environment.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
    environment.put("RABBITMQ_NODE_PORT", Integer.toString(ports[0]));
    environment.put("RABBITMQ_DIST_PORT", Integer.toString(ports[1]));
    environment.put("ERL_EPMD_PORT", Integer.toString(ports[2]));
    environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
    environment.put("RABBITMQ_CONF_ENV_FILE", folder.resolve("rabbitmq-env.conf").toString());
    environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("enabled_plugins").toString());
    environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString());
    environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
    environment.put("RABBITMQ_GENERATED_CONFIG_DIR", folder.resolve("config").toString());
    environment.put(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
        "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2");
    return environment;
  }

  private static final class Shared {
    private static final Once<RabbitServer> SERVER =
        new Once<>(
            () ->
                Parts.environment("REMUDA_TEST_AMQP")
                    .map(
                        address ->
                            new RabbitServer(
                                URI.create(address),
                                Optional.empty(),
                                Optional.empty(),
                                Map.of(),
                                0))
                    .orElseGet(RabbitServer::own));
  }
}
