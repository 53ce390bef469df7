package io.remuda.protocol.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The configurations of a node's two actor systems, made from the node's own. */
public final class SystemConfig {

  private SystemConfig() {}

  /** For the system that is never a member of anything. */
  public static Config local(Config config) {
    return ConfigFactory.parseMap(
            Map.of("akka.actor.provider", "local", "akka.management.http.routes", Map.of()),
            "local actor system")
        .withFallback(config);
  }

  /**
   * For the system that is a member of the fleet; {@code settings} name a fixed contact port.
   *
   * @param encrypted whether actors talk over TLS; its engines are given to the system itself
   */
  static Config cluster(
      NodeSettings settings, Config config, Greeting greeting, boolean encrypted) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("akka.actor.provider", "cluster");
    values.put("akka.remote.artery.transport", encrypted ? "tls-tcp" : "tcp");
    values.put("akka.http.client.user-agent-header", greeting.userAgent());
    values.put("akka.cluster.roles", List.copyOf(settings.roles()));
    values.put("akka.remote.artery.canonical.hostname", settings.advertisedHost());
    values.put("akka.remote.artery.canonical.port", settings.arteryPort());
    values.put("akka.remote.artery.bind.hostname", settings.bind().host());
    values.put("akka.management.http.hostname", settings.advertisedHost());
    values.put("akka.management.http.port", settings.bind().port());
    values.put("akka.management.http.bind-hostname", settings.bind().host());
    String bootstrap = "akka.management.cluster.bootstrap.";
    values.put(bootstrap + "new-cluster-enabled", settings.hasRole(Keys.ROLE_REGISTRY));
    String discovery = bootstrap + "contact-point-discovery.";
    values.put(discovery + "required-contact-point-nr", registryNodes(settings) / 2 + 1);
    values.put(discovery + "stable-margin", config.getString("remuda.cluster.stable-margin"));
    values.put(discovery + "interval", config.getString("remuda.cluster.probe-interval"));
    values.put(
        bootstrap + "contact-point.probing-failure-timeout",
        config.getString("remuda.cluster.probe-timeout"));
    values.put(
        bootstrap + "contact-point.probe-interval",
        config.getString("remuda.cluster.probe-interval"));
    values.put("remuda.cluster.form", settings.form());
    values.put(
        ContactDiscovery.LISTED, contacts(settings).stream().map(HostPort::toString).toList());
    values.put(ContactDiscovery.NAME, settings.seedName().map(HostPort::toString).orElse(""));
    values.put(ContactListJoinDecider.REGISTRY_NODES, registryNodes(settings));
    return ConfigFactory.parseMap(values, "cluster actor system").withFallback(config);
  }

  /** The contact list; a registry node that is not on its own list puts itself there. */
  static List<HostPort> contacts(NodeSettings settings) {
    Set<HostPort> contacts = new LinkedHashSet<>(settings.seeds());
    if (settings.hasRole(Keys.ROLE_REGISTRY)) {
      contacts.add(settings.contact());
    }
    return new ArrayList<>(contacts);
  }

  /** Of how many registry nodes more than half have to meet. */
  static int registryNodes(NodeSettings settings) {
    return Math.max(settings.registryNodes(), contacts(settings).size());
  }

  /** Whether there is no registry node but this one. */
  static boolean isAlone(NodeSettings settings) {
    return settings.seedName().isEmpty()
        && registryNodes(settings) == 1
        && contacts(settings).equals(List.of(settings.contact()));
  }
}
