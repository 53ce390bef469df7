package io.remuda.protocol.cluster;

import io.remuda.protocol.config.HostPort;
import java.util.List;

/**
 * Which registry nodes may be taken for dead on the word of their hosts. Only those do so who are
 * still a majority without them: a host's word may be a firewall's, and two parts of a fleet must
 * never give up each other. So whoever is right or wrong, at most one part goes on.
 */
final class OpinionPolicy {

  /**
   * A registry node that is a member.
   *
   * @param up whether it is a full member that is neither going nor given up
   */
  record Registry(HostPort address, boolean up, boolean reachable) {}

  private OpinionPolicy() {}

  /**
   * Whose hosts are to be asked.
   *
   * @param registries all of them, the one that asks too
   */
  static List<HostPort> silent(List<Registry> registries) {
    long left = registries.stream().filter(node -> node.up() && node.reachable()).count();
    if (2 * left <= registries.size()) {
      return List.of();
    }
    return registries.stream()
        .filter(node -> node.up() && !node.reachable())
        .map(Registry::address)
        .toList();
  }
}
