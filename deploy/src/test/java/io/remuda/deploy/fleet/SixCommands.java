package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.protocol.testing.ServerCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A fleet that the README's six commands started, read from there: three registry nodes on
 * PostgreSQL, two model nodes, one gateway, each a process of its own. An encrypted one has a token
 * for each node in place of the shared key, and checks its database's certificate.
 */
final class SixCommands implements AutoCloseable {

  /** For which the database's certificate is made. */
  static final String DATABASE_HOST = "localhost";

  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Path folder;
  private final Map<String, String> environment;
  private final boolean encrypted;

  /** Addresses that the README shows, and ours in their place. */
  private final Map<String, String> addresses = new HashMap<>();

  private final int port;
  private final Gateway gateway;
  private final List<Launched> registries = new ArrayList<>();
  private final List<Launched> machines = new ArrayList<>();
  private final List<Launched> gateways = new ArrayList<>();

  SixCommands(Path folder, PostgresServer postgres) {
    this(folder, postgres, Optional.empty());
  }

  /**
   * One whose nodes have certificates.
   *
   * @param database the certificate of {@code postgres}, made for {@link #DATABASE_HOST}
   */
  static SixCommands encrypted(Path folder, PostgresServer postgres, ServerCertificate database) {
    return new SixCommands(folder, postgres, Optional.of(database));
  }

  private SixCommands(
      Path folder, PostgresServer postgres, Optional<ServerCertificate> certificate) {
    this.folder = folder;
    this.encrypted = certificate.isPresent();
    int[] ports = FreePort.next(6);
    List<Integer> shown = List.of(7901, 7902, 7903, 7911, 7912);
    for (int i = 0; i < shown.size(); i++) {
      addresses.put("127.0.0.1:" + shown.get(i), "127.0.0.1:" + ports[i]);
    }
    this.port = ports[5];
    this.gateway = new Gateway("http://127.0.0.1:" + port);
    Map<String, String> prepared = new HashMap<>(prepare(postgres));
    certificate.ifPresent(database -> encrypt(prepared, postgres, database));
    this.environment = Map.copyOf(prepared);
    try {
      start();
    } catch (RuntimeException | Error e) {
      e.addSuppressed(new AssertionError(lastWords()));
      close(); // Else five processes of a fleet that nobody has would go on.
      throw e;
    }
  }

  private void start() {
    for (int i = 0; i < 3; i++) {
      registries.add(registry(i));
    }
    for (int i = 0; i < 2; i++) {
      machines.add(machine(i));
    }
    Launched speaker = type("gateway", 0);
    gateways.add(speaker);
    speaker.awaitPrinted("gateway node", START_LIMIT);
    Eventually.isTrue(
        "two machines are known",
        START_LIMIT,
        () -> gateway.get("/v1/machines").json().path("data").size() == 2);
  }

  Gateway gateway() {
    return gateway;
  }

  /** One more copy of a model file where both machines look for it. */
  Path models() {
    return folder.resolve("models");
  }

  Launched.Ended type(String... arguments) {
    return Launched.run(folder.resolve("logs"), Map.of("REMUDA_URL", gateway.url()), arguments);
  }

  /**
   * Types a command that may be repeated until it succeeds: while registry nodes join, or their
   * database has just come back, one that waits may be told that its name has no owner.
   */
  void succeeds(String... arguments) {
    Eventually.passes(
        String.join(" ", arguments),
        START_LIMIT,
        () -> {
          Launched.Ended ended = type(arguments);
          assertThat(ended.exit()).as(ended.err()).isZero();
        });
  }

  /** The launcher starts a registry node again when it was voted out, so it goes with its JVM. */
  void killRegistry(int i) {
    Launched launcher = registries.get(i);
    ProcessHandle.of(launcher.pid())
        .ifPresent(handle -> handle.descendants().toList().forEach(ProcessHandle::destroyForcibly));
    launcher.kill();
  }

  void startRegistry(int i) {
    registries.set(i, registry(i));
  }

  void killMachine(int i) {
    machines.get(i).kill();
  }

  void startMachine(int i) {
    machines.set(i, machine(i));
  }

  private Launched registry(int i) {
    return type("registry", i);
  }

  private Launched machine(int i) {
    return type("model", i);
  }

  /**
   * Types the {@code i}-th of the README's commands of this role, with ports and folders of ours.
   */
  private Launched type(String role, int i) {
    List<String> arguments =
        new ArrayList<>(
            Shown.SIX_COMMANDS.arguments().stream()
                .filter(line -> line.get(0).equals(role))
                .toList()
                .get(i)
                .stream()
                .map(this::ours)
                .toList());
    if (encrypted) {
      arguments.addAll(List.of("--join-token", token(role, i).toString()));
    }
    return Launched.start(
        folder.resolve("logs").resolve(role + (i + 1)),
        environment,
        arguments.toArray(String[]::new));
  }

  private Path token(String role, int i) {
    return folder.resolve(role + "-" + (i + 1) + ".token");
  }

  /** What the README has one do for several machines: an authority, and a token for each node. */
  private void encrypt(
      Map<String, String> all, PostgresServer postgres, ServerCertificate database) {
    StringBuilder block = new StringBuilder(Launched.launcher() + " ca init --dir ca\n");
    Map<String, Integer> nodes = new HashMap<>();
    for (List<String> line : Shown.SIX_COMMANDS.arguments()) {
      String role = line.get(0);
      int i = nodes.merge(role, 1, Integer::sum) - 1;
      block.append(
          "%s join-token %s-%d --ca ca --out %s\n"
              .formatted(Launched.launcher(), role, i + 1, token(role, i)));
    }
    Typed.block(folder, Map.of(), block.toString());
    all.remove("REMUDA_CLUSTER_KEY_FILE");
    all.computeIfPresent(
        "REMUDA_JOURNAL_URL",
        (name, url) ->
            url.replace("//" + postgres.host() + ":", "//" + DATABASE_HOST + ":")
                + "?sslmode=verify-full");
    all.put("REMUDA_JOURNAL_CA_FILE", database.certificate().toString());
  }

  /** Where the first registry node is met. */
  HostPort contact() {
    return HostPort.parse(withOurPorts("127.0.0.1:7901")).orElseThrow();
  }

  /** How often each model node and the gateway have built their cluster systems anew. */
  List<Integer> rebuilds() {
    return Stream.concat(machines.stream(), gateways.stream())
        .map(node -> node.err().split("event=cluster-rebuild ", -1).length - 1)
        .toList();
  }

  private String ours(String word) {
    if (word.startsWith(".remuda/")) {
      return folder.resolve(word.substring(".remuda/".length())).toString();
    }
    return word.equals("8080") ? Integer.toString(port) : withOurPorts(word);
  }

  private String withOurPorts(String text) {
    String changed = text;
    for (Map.Entry<String, String> address : addresses.entrySet()) {
      changed = changed.replace(address.getKey(), address.getValue());
    }
    return changed;
  }

  /**
   * Types what the README lets one do once, with ports and folders of ours: makes the database and
   * the key, and returns what was exported.
   */
  private Map<String, String> prepare(PostgresServer postgres) {
    String block =
        withOurPorts(Shown.FLEET_PREPARED.text())
            .replace("127.0.0.1:5432", postgres.host() + ":" + postgres.port())
            .replace("./remuda", Launched.launcher().toString());
    Map<String, String> variables =
        Map.of(
            "PGPORT", Integer.toString(postgres.port()),
            "PGUSER", postgres.user(),
            "PGPASSWORD", postgres.password());
    Map<String, String> all = new HashMap<>(Typed.exports(folder, variables, block));
    all.put("REMUDA_NODE_MODEL_ROOTS", models().toString());
    // Six virtual machines share one computer here.
    all.put("REMUDA_JAVA_OPTS", "-Xmx192m" + Launched.QUICK);
    // Longer than a node's start there: after it a machine's instances rightly go elsewhere.
    all.put("REMUDA_LIVENESS_LOST_AFTER", "5m");
    return Map.copyOf(all);
  }

  /** What each of the six said last. */
  String lastWords() {
    StringBuilder words = new StringBuilder();
    for (List<Launched> role : List.of(registries, machines, gateways)) {
      for (Launched each : role) {
        words.append("--- process ").append(each.pid()).append('\n').append(each.lastWords());
        words.append('\n');
      }
    }
    return words.toString();
  }

  @Override
  public void close() {
    gateways.forEach(Launched::close);
    machines.forEach(Launched::close);
    registries.forEach(Launched::close);
  }
}
