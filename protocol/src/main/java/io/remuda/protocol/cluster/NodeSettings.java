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
        newRoles, clusterName, bind, seeds, form, advertisedHost, arteryPort, dataDir);
  }

  public NodeSettings withSeeds(List<HostPort> newSeeds) {
    return new NodeSettings(
        roles, clusterName, bind, newSeeds, form, advertisedHost, arteryPort, dataDir);
  }

  public NodeSettings withForm(boolean newForm) {
    return new NodeSettings(
        roles, clusterName, bind, seeds, newForm, advertisedHost, arteryPort, dataDir);
  }

  public NodeSettings withBind(HostPort newBind) {
    return new NodeSettings(
        roles, clusterName, newBind, seeds, form, advertisedHost, arteryPort, dataDir);
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
