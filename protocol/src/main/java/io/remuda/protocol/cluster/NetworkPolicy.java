package io.remuda.protocol.cluster;

import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;

/** What a node's addresses have to be before it may join anybody. */
final class NetworkPolicy {

  private NetworkPolicy() {}

  /**
   * Throws {@link StartRefused} when nothing says where the fleet is, and when others could reach
   * the node's actors though they talk unencrypted, unless {@code openAllowed}.
   */
  static void check(NodeSettings settings, boolean openAllowed) {
    if (!openAllowed) {
      refuseOpenNetwork(settings);
    }
    refuseNoContact(settings);
  }

  private static void refuseOpenNetwork(NodeSettings settings) {
    boolean bound = settings.bind().isLoopback();
    if (!bound || !new HostPort(settings.advertisedHost(), 0).isLoopback()) {
      throw new StartRefused(
          "Actors would talk unencrypted over "
              + (bound ? settings.advertisedHost() : settings.bind().host())
              + ", where anybody could join and command this fleet. Give this node a certificate:"
              + " have a token made (remuda join-token) and start it once with --join-token FILE."
              + " Else bind to 127.0.0.1, or, on a network that nobody else reaches, set"
              + " remuda.cluster.insecure-network = on (--insecure-network).");
    }
  }

  private static void refuseNoContact(NodeSettings settings) {
    if (settings.seeds().isEmpty() && settings.seedName().isEmpty() && !settings.form()) {
      throw new StartRefused(
          "Nothing says where the fleet is: name the registry nodes with --seed host:port (once"
              + " for each), or a name that has all their addresses with --seed-name name:port, or let the first registry node form one with --form.");
    }
  }
}
