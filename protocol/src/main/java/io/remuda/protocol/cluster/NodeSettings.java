package io.remuda.protocol.cluster;

import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Who a node is and where it finds its fleet.
 *
 * @param roles of {@code registry}, {@code model}, {@code gateway}; all three in an all-in-one
 * @param clusterName shared by all nodes of a fleet; nodes of another name are never joined
 * @param bind the contact endpoint: what {@code --bind} and other nodes' {@code --seed} name
 * @param seeds the fixed contact list: contact endpoints of the registry nodes
 * @param seedName a name whose addresses are contact endpoints of registry nodes, all on its port
 * @param registryNodes how many the fleet has; 0 for as many as the contact list names
 * @param form whether this node may form a cluster alone
 * @param advertisedHost the name by which other nodes reach this one
 * @param arteryPort of the actors' own connection; 0 for a free one
 * @param dataDir where the node keeps its state
 */
public record NodeSettings(
    Set<String> roles,
    String clusterName,
    HostPort bind,
    List<HostPort> seeds,
    Optional<HostPort> seedName,
    int registryNodes,
    boolean form,
    String advertisedHost,
    int arteryPort,
    Path dataDir) {

  private static final int LOWEST_FREE_PORT = 15_000;
  private static final int EPHEMERAL_PORTS = 32_000;
  private static final int TRIES_FOR_PORT = 20;

  private static final Set<String> ROLES =
      Set.of(Keys.ROLE_REGISTRY, Keys.ROLE_MODEL, Keys.ROLE_GATEWAY);

  public NodeSettings {
    roles = java.util.Collections.unmodifiableSet(new TreeSet<>(roles));
    seeds = List.copyOf(new LinkedHashSet<>(seeds));
    refuseMiscounted(roles, seeds, seedName, registryNodes);
    if (arteryPort < 0 || arteryPort > 65_535) {
      throw new StartRefused(
          "remuda.node.artery-port = " + arteryPort + " is not a port; write 0 to 65535.");
    }
    if (!clusterName.matches("[a-zA-Z0-9][a-zA-Z0-9-]{0,39}")) {
      throw new StartRefused(
          "remuda.cluster.name = \""
              + clusterName
              + "\" is not a cluster name; use letters, digits and '-', at most 40.");
    }
  }

  /**
   * A name shows only the nodes that answer, so it does not say of how many they are the majority.
   */
  private static void refuseMiscounted(
      Set<String> roles, List<HostPort> seeds, Optional<HostPort> seedName, int registryNodes) {
    if (registryNodes < 0 || (registryNodes > 0 && seeds.size() > registryNodes)) {
      throw new StartRefused(
          "remuda.cluster.registry-nodes = "
              + registryNodes
              + ", but "
              + seeds.size()
              + " are listed in remuda.cluster.seeds; write how many registry nodes the fleet has,"
              + " the same number on every node.");
    }
    if (seedName.isPresent() && registryNodes == 0 && roles.contains(Keys.ROLE_REGISTRY)) {
      throw new StartRefused(
          "remuda.cluster.seed-name does not say how many registry nodes there are, of which more"
              + " than half have to meet before they form a cluster; write it in"
              + " remuda.cluster.registry-nodes (--registry-nodes N), the same on every node.");
    }
  }

  /** Reads {@code remuda.node} and {@code remuda.cluster}; throws {@link StartRefused}. */
  public static NodeSettings from(Config config) {
    Set<String> roles = Set.copyOf(config.getStringList("remuda.node.roles"));
    for (String role : roles) {
      if (!ROLES.contains(role)) {
        throw new StartRefused(
            "remuda.node.roles names \"" + role + "\"; write registry, model or gateway.");
      }
    }
    HostPort bind = address("remuda.node.bind", config.getString("remuda.node.bind"));
    String advertised = config.getString("remuda.node.advertised-host");
    return new NodeSettings(
        roles,
        config.getString("remuda.cluster.name"),
        bind,
        config.getStringList("remuda.cluster.seeds").stream()
            .map(seed -> address("remuda.cluster.seeds", seed))
            .toList(),
        seedName(config.getString("remuda.cluster.seed-name")),
        config.getInt("remuda.cluster.registry-nodes"),
        config.getBoolean("remuda.cluster.form"),
        advertised.isBlank() ? bind.host() : advertised,
        config.getInt("remuda.node.artery-port"),
        Path.of(config.getString("remuda.node.data")).toAbsolutePath().normalize());
  }

  public boolean hasRole(String role) {
    return roles.contains(role);
  }

  public NodeSettings withRoles(Set<String> newRoles) {
    return new NodeSettings(
        newRoles,
        clusterName,
        bind,
        seeds,
        seedName,
        registryNodes,
        form,
        advertisedHost,
        arteryPort,
        dataDir);
  }

  /** The same with this contact list and nothing beside it. */
  public NodeSettings withSeeds(List<HostPort> newSeeds) {
    return new NodeSettings(
        roles,
        clusterName,
        bind,
        newSeeds,
        Optional.empty(),
        0,
        form,
        advertisedHost,
        arteryPort,
        dataDir);
  }

  public NodeSettings withForm(boolean newForm) {
    return new NodeSettings(
        roles,
        clusterName,
        bind,
        seeds,
        seedName,
        registryNodes,
        newForm,
        advertisedHost,
        arteryPort,
        dataDir);
  }

  public NodeSettings withBind(HostPort newBind) {
    return new NodeSettings(
        roles,
        clusterName,
        newBind,
        seeds,
        seedName,
        registryNodes,
        form,
        advertisedHost,
        arteryPort,
        dataDir);
  }

  /**
   * The same with a free port in place of port 0, so that a rebuilt system keeps its contact. The
   * port lies below those that the system gives to outgoing connections: one of these would be
   * taken again before the endpoint listens, now and then.
   */
  NodeSettings withFixedBind() {
    if (bind.port() != 0) {
      return this;
    }
    for (int tries = 0; tries < TRIES_FOR_PORT; tries++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_FREE_PORT, EPHEMERAL_PORTS);
      if (isFree(port)) {
        return withBind(bind.withPort(port));
      }
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(bind.host()))) {
      return withBind(bind.withPort(socket.getLocalPort()));
    } catch (IOException e) {
      throw new StartRefused(
          "No port is free on "
              + bind.host()
              + " ("
              + e.getMessage()
              + "); give an address of this machine with --bind host:port.",
          e);
    }
  }

  private boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(bind.host()))) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  /** How other nodes reach the contact endpoint. */
  public HostPort contact() {
    return new HostPort(advertisedHost, bind.port());
  }

  private static Optional<HostPort> seedName(String raw) {
    return raw.isBlank() ? Optional.empty() : Optional.of(address("remuda.cluster.seed-name", raw));
  }

  private static HostPort address(String key, String raw) {
    return HostPort.parse(raw)
        .orElseThrow(
            () ->
                new StartRefused(
                    key
                        + " = \""
                        + raw
                        + "\" is not an address; write host:port, such as"
                        + " 127.0.0.1:2551."));
  }
}
