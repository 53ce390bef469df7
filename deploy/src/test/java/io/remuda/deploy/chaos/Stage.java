package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.fleet.Launched;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import io.remuda.protocol.testing.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The fleet that is broken: registry nodes on one PostgreSQL, machines, two gateways, each a
 * process on a host of its own, with the product's defaults; one model, a replica for each machine;
 * and another one whose instances are leased.
 */
final class Stage implements AutoCloseable {

  static final String MODEL = "chat";

  /** The model whose instances are leased: inside the machines' own processes. */
  static final String LEASED = "leased";

  private static final int LEASED_REPLICAS = 2;
  private static final int LEASED_SLOTS = 2;
  static final int MEMORY_MIB = 128;
  private static final int HEAP_MIB = 192;

  /** Tokens of one request and its answer. */
  private static final int CONTEXT = 128;

  /** A node's heap, and what a JVM takes beside it for classes, code, threads and buffers. */
  static final int NODE_MIB = HEAP_MIB + 448;

  static final double CPUS = 0.5;

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final int CONTACT = 7900;
  private static final int API = 8080;
  private static final String KEY_PRINTED = "admin key, shown this once and kept nowhere: ";

  private final Path folder;
  private final Network network = new Network();
  private final PostgresServer postgres = PostgresServer.own(Network.HUB);
  private final String database = postgres.newDatabase();
  private static final String MACHINE_LINE = "model node ";

  private final List<Node> registries = new ArrayList<>();
  private final List<Node> machines = new ArrayList<>();
  private final List<Node> gateways = new ArrayList<>();
  private final Map<String, String> machineIds = new HashMap<>();
  private final Broken broken = new Broken();
  private final Backups backups;
  private final String adminKey;
  private final Door door;

  /** The registry nodes as those see them who look for a cluster. */
  private final List<Door> contacts;

  Stage(Path folder, int registryCount, int machineCount) throws IOException {
    this.folder = folder;
    LlamaServer.binary();
    Files.createDirectories(folder.resolve("models"));
    BigramModel.ofDemoCorpus().writeGguf(folder.resolve("models/small.gguf"));
    Launched.run(folder, Map.of(), "keys", "cluster", folder.resolve("fleet.key").toString());
    List<String> seeds = new ArrayList<>();
    for (int i = 1; i <= registryCount; i++) {
      seeds.add(network.host("registry-" + i) + ":" + CONTACT);
    }
    Map<String, String> settings = settings(String.join(",", seeds));
    backups = new Backups(folder, settings);
    for (int i = 1; i <= registryCount; i++) {
      registries.add(node("registry", i, settings, "registry node"));
    }
    for (int i = 1; i <= machineCount; i++) {
      network.host("model-" + i);
      machines.add(node("model", i, settings, "model node"));
    }
    for (int i = 1; i <= 2; i++) {
      String address = network.host("gateway-" + i);
      gateways.add(
          node(
              "gateway",
              i,
              settings,
              "gateway node",
              "--host",
              address,
              "--port",
              Integer.toString(API),
              "--auth"));
    }
    adminKey = start();
    door = new Door(gateways.stream().map(this::url).toList(), adminKey);
    contacts =
        registries.stream()
            .map(node -> "http://" + network.address(node.name()) + ":" + CONTACT)
            .map(url -> new Door(List.of(url), adminKey))
            .toList();
  }

  private Map<String, String> settings(String seeds) {
    Map<String, String> all = new HashMap<>();
    all.put("REMUDA_CLUSTER_SEEDS", seeds);
    all.put("REMUDA_CLUSTER_KEY_FILE", folder.resolve("fleet.key").toString());
    all.put("REMUDA_JOURNAL_URL", database);
    all.put("REMUDA_JOURNAL_USER", postgres.user());
    all.put("REMUDA_JOURNAL_PASSWORD", postgres.password());
    all.put("REMUDA_NODE_MODEL_ROOTS", folder.resolve("models").toString());
    all.put("REMUDA_LAUNCH_LOG_REQUESTS", "on");
    // Many virtual machines share few processors here.
    all.put("REMUDA_JAVA_OPTS", "-Xmx%dm -XX:TieredStopAtLevel=1".formatted(HEAP_MIB));
    return Map.copyOf(all);
  }

  private Node node(
      String role, int number, Map<String, String> settings, String printed, String... more) {
    String name = role + "-" + number;
    List<String> arguments = new ArrayList<>(List.of(role));
    arguments.addAll(
        List.of("--bind", network.address(name) + ":" + CONTACT, "--insecure-network"));
    arguments.addAll(List.of(more));
    return new Node(name, folder, settings, printed, arguments.toArray(String[]::new));
  }

  /** Starts everything and returns the administrator's key, which the first gateway prints. */
  private String start() {
    registries.forEach(Node::start);
    registries.forEach(Node::awaitUp);
    Node first = gateways.get(0);
    first.start();
    machines.forEach(Node::start);
    String key =
        Eventually.find(
            "the first gateway prints the administrator's key",
            START_LIMIT,
            () ->
                first
                    .out()
                    .lines()
                    .filter(line -> line.startsWith(KEY_PRINTED))
                    .map(line -> line.substring(KEY_PRINTED.length()))
                    .findFirst());
    gateways.stream().skip(1).forEach(Node::start);
    gateways.forEach(Node::awaitUp);
    machines.forEach(Node::awaitUp);
    machines.forEach(machine -> machineIds.put(printedId(machine), machine.name()));
    return key;
  }

  /** A JVM may print a warning of its own before. */
  private static String printedId(Node machine) {
    return machine
        .out()
        .lines()
        .filter(line -> line.startsWith(MACHINE_LINE))
        .map(line -> line.substring(MACHINE_LINE.length()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Deploys the model and waits until a replica serves on each machine; and the one that is leased.
   *
   * @param slots of each replica: one alone has to hold all clients, so that none is rightly
   *     refused
   */
  void deploy(int slots) {
    String body =
        """
        {"engine":"llama-server","model":"small.gguf","replicas":%d,"strategy":"spread",\
        "context":%d,"slots":%d,"arguments":{"threads":"1"},"resources":{"memoryMiB":%d,"cpus":%s}}"""
            .formatted(machines.size(), CONTEXT, slots, MEMORY_MIB, CPUS);
    deploy(MODEL, body, machines.size());
    deploy(
        LEASED,
        """
        {"engine":"jvm","model":"demo","replicas":%d,"strategy":"spread","slots":%d}"""
            .formatted(LEASED_REPLICAS, LEASED_SLOTS),
        LEASED_REPLICAS);
  }

  private void deploy(String name, String body, int replicas) {
    Eventually.isTrue(
        "the deployment of " + name + " is accepted",
        START_LIMIT,
        () ->
            door.put("/v1/deployments/" + name, body)
                .filter(answer -> answer.status() == 202)
                .isPresent());
    Eventually.isTrue(
        "all replicas of " + name + " serve",
        START_LIMIT,
        () ->
            door.get("/v1/deployments/" + name)
                .filter(json -> json.path("ready").asInt() == replicas)
                .isPresent());
  }

  Network network() {
    return network;
  }

  PostgresServer postgres() {
    return postgres;
  }

  String database() {
    return database;
  }

  Backups backups() {
    return backups;
  }

  Door door() {
    return door;
  }

  /** As {@link #door}, one for each gateway, which it asks first. */
  List<Door> doors() {
    List<String> urls = gateways.stream().map(this::url).toList();
    return List.of(new Door(urls, adminKey), new Door(List.of(urls.get(1), urls.get(0)), adminKey));
  }

  Broken broken() {
    return broken;
  }

  Entrance entrance() {
    return new Entrance(
        gateways.stream().map(node -> new Entrance.Gateway(node.name(), url(node))).toList(),
        adminKey,
        broken);
  }

  List<Node> registries() {
    return registries;
  }

  List<Node> machines() {
    return machines;
  }

  List<Node> gateways() {
    return gateways;
  }

  List<Node> all() {
    return Stream.of(registries, machines, gateways).flatMap(List::stream).toList();
  }

  /** Where those nodes log that a request goes through. */
  List<Slowest.Log> logs() {
    return Stream.of(gateways, machines)
        .flatMap(List::stream)
        .map(node -> new Slowest.Log(node.name(), node.data().resolve("logs")))
        .toList();
  }

  private String url(Node gateway) {
    return "http://" + network.address(gateway.name()) + ":" + API;
  }

  /**
   * Whether all registry nodes are full members, as each of them says: one that is about to become
   * one has no voice yet, and with another one gone the rest would be no majority. Each tells of a
   * few members only, those of the lowest addresses, which the registry nodes have here.
   */
  boolean registriesHaveJoined() {
    return contacts.stream()
        .map(contact -> contact.get("/bootstrap/seed-nodes"))
        .allMatch(seen -> seen.map(Stage::registriesUp).orElse(0L) == registries.size());
  }

  private static long registriesUp(JsonNode seen) {
    return StreamSupport.stream(seen.path("seedNodes").spliterator(), false)
        .filter(member -> member.path("status").asText().equals("Up"))
        .filter(member -> member.path("roles").toString().contains("\"registry\""))
        .count();
  }

  /**
   * How many requests may be at instances at once.
   *
   * @param each of each replica that clients ask
   */
  int slots(int each) {
    return machines.size() * each + LEASED_REPLICAS * LEASED_SLOTS;
  }

  /** What each node must tell of its queues, by its name: each machine has an instance. */
  Map<String, Set<String>> queues() {
    Map<String, Set<String>> all = new HashMap<>();
    String cluster = QueueSizes.MAILBOX + "cluster";
    registries.forEach(node -> all.put(node.name(), Set.of(cluster)));
    machines.forEach(
        node ->
            all.put(node.name(), Set.of(cluster, QueueSizes.MAILBOX + "model", QueueSizes.BEFORE)));
    gateways.forEach(node -> all.put(node.name(), Set.of(cluster, QueueSizes.MAILBOX + "gateway")));
    return all;
  }

  /** Where each node tells its metrics, by the node's name. */
  Map<String, URI> metrics() {
    Map<String, URI> all = new HashMap<>();
    for (Node node : all()) {
      String address = network.address(node.name());
      all.put(node.name(), URI.create("http://" + address + ":" + CONTACT + "/metrics"));
    }
    return all;
  }

  /** The machine's id. */
  String id(Node machine) {
    return machineIds.entrySet().stream()
        .filter(entry -> entry.getValue().equals(machine.name()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The node that is the machine of this id. */
  Node machine(String id) {
    return machines.stream()
        .filter(machine -> machine.name().equals(machineIds.get(id)))
        .findFirst()
        .orElseThrow();
  }

  /** The port at which gateways reach a machine. */
  Optional<Integer> front(Node machine) {
    return door.get("/v1/machines/" + id(machine))
        .map(json -> json.path("front"))
        .filter(JsonNode::isTextual)
        .map(front -> Integer.parseInt(front.asText().replaceFirst(".*:", "").replace("/", "")));
  }

  @Override
  public void close() {
    all().forEach(Node::close);
    postgres.stop();
  }
}
