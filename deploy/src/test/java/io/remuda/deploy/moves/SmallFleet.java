package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.deploy.local.AllInOne;
import io.remuda.gateway.GatewayNode;
import io.remuda.node.ModelNode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A fleet in this JVM: what {@code up} starts, and further machines and gateways, each with a
 * membership, ports and a folder of its own. Engines are processes.
 */
public final class SmallFleet implements AutoCloseable {

  private static final String FIRST = "first";

  private final Path folder;
  private final Map<String, Object> common;
  private final NodeHome home;
  private final AllInOne all;

  /** In the order of their starts; ended in the opposite one. */
  private final Deque<AutoCloseable> further = new ArrayDeque<>();

  private volatile String adminKey = "";
  private boolean closed;

  private SmallFleet(Path folder, Map<String, Object> common, NodeHome home, AllInOne all) {
    this.folder = folder;
    this.common = common;
    this.home = home;
    this.all = all;
  }

  /**
   * Starts a registry, a machine and a gateway.
   *
   * @param folder of the nodes' folders
   * @param common settings of all nodes
   * @param first settings of these three alone
   */
  public static SmallFleet start(Path folder, Map<String, ?> common, Map<String, ?> first) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("remuda.launch.demo", false);
    settings.put("remuda.cluster.probe-interval", "100ms");
    // Where this JVM is killed, its engines are to end soon.
    settings.put("remuda.node.engine.orphan-limit", "10s");
    settings.putAll(common);
    Config config = config(folder.resolve(FIRST), settings, first, Map.of());
    NodeHome home = NodeHome.open(config);
    try {
      AllInOne all = AllInOne.start(home, config, sentence -> {});
      SmallFleet fleet = new SmallFleet(folder, Map.copyOf(settings), home, all);
      all.awaitReady(key -> fleet.adminKey = key);
      all.announceReady();
      return fleet;
    } catch (RuntimeException e) {
      home.close();
      throw e;
    }
  }

  /** Of the first gateway. */
  public String url() {
    return all.url();
  }

  /** The administrator's; empty where the gateways ask for no keys. */
  public String adminKey() {
    return adminKey;
  }

  /** The file of the fleet's secret. */
  Path keyFile() {
    return home.dir().resolve("cluster.key");
  }

  /**
   * Starts one more gateway.
   *
   * @return its address; it may take a moment to know the fleet's models
   */
  public String addGateway(Map<String, ?> settings) {
    Config config =
        config(folder.resolve("gateway-" + further.size()), common, settings, joining());
    NodeHome own = NodeHome.open(config);
    further.addLast(own::close);
    GatewayNode gateway =
        GatewayNode.start(
            NodeSettings.from(config).withRoles(Set.of(Keys.ROLE_GATEWAY)),
            own,
            config,
            Optional.empty(),
            Optional.empty());
    further.addLast(gateway);
    return gateway.url();
  }

  /**
   * Starts one more machine, which joins by itself.
   *
   * @return the machine, which may end before the fleet
   */
  public ModelNode addMachine(Map<String, ?> settings) {
    Config config =
        config(folder.resolve("machine-" + further.size()), common, settings, joining());
    NodeHome own = NodeHome.open(config);
    further.addLast(own::close);
    ModelNode machine =
        ModelNode.start(NodeSettings.from(config).withRoles(Set.of(Keys.ROLE_MODEL)), own, config);
    further.addLast(machine);
    return machine;
  }

  private Map<String, Object> joining() {
    Path first = home.dir();
    try {
      String contact =
          new ObjectMapper().readTree(first.resolve("run.json").toFile()).path("contact").asText();
      return Map.of(
          "remuda.cluster.seeds", List.of(contact),
          "remuda.cluster.key-file", keyFile().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Config config(
      Path data, Map<String, ?> common, Map<String, ?> own, Map<String, ?> joining) {
    Map<String, Object> all = new HashMap<>(common);
    all.putAll(own);
    all.putAll(joining);
    all.put("remuda.node.data", data.toString());
    all.put("remuda.gateway.port", FreePort.next());
    return StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(all));
  }

  /** Again it does nothing. */
  @Override
  public synchronized void close() throws Exception {
    if (closed) {
      return;
    }
    closed = true;
    while (!further.isEmpty()) {
      further.removeLast().close();
    }
    all.close();
    home.close();
  }
}
