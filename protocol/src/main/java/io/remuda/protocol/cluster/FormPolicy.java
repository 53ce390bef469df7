package io.remuda.protocol.cluster;

import io.remuda.protocol.config.HostPort;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a node joins a cluster that it sees, forms one, or keeps looking.
 *
 * <p>A registry node forms a cluster only when it reaches more than half of them and its own
 * address is the lowest of those it reaches, so a restarted first node that is cut off never forms
 * a second one. With {@code form} it may also do so alone, as long as those it reaches are too few
 * to form one themselves.
 */
final class FormPolicy {

  /**
   * What one contact answered.
   *
   * @param node where its actors are met: one node can be a contact under several names
   * @param clusterName whose cluster it belongs to
   * @param members that it knows
   */
  record Sighting(HostPort contact, HostPort node, String clusterName, Set<String> members) {}

  /** What to do now. */
  sealed interface Decision {
    record JoinMembers(Set<String> members) implements Decision {}

    record FormAlone() implements Decision {}

    record KeepLooking(String reason) implements Decision {}
  }

  private final String clusterName;
  private final HostPort self;
  private final int registryNodes;
  private final boolean mayForm;
  private final boolean mayFormAlone;

  /**
   * @param self where this node's actors are met
   * @param registryNodes how many the fleet has
   */
  FormPolicy(
      String clusterName, HostPort self, int registryNodes, boolean mayForm, boolean mayFormAlone) {
    this.clusterName = clusterName;
    this.self = self;
    this.registryNodes = registryNodes;
    this.mayForm = mayForm;
    this.mayFormAlone = mayForm && mayFormAlone;
  }

  /**
   * @param stable whether the contact list has been the same for long enough
   */
  Decision decide(List<Sighting> sightings, boolean stable) {
    List<Sighting> ours = sightings.stream().filter(this::isOurs).toList();
    Set<String> members = new TreeSet<>();
    ours.forEach(sighting -> members.addAll(sighting.members()));
    if (!members.isEmpty()) {
      return new Decision.JoinMembers(members);
    }
    if (!mayForm) {
      return new Decision.KeepLooking("no registry node answers that is in a cluster");
    }
    Set<HostPort> reached = ours.stream().map(Sighting::node).collect(Collectors.toSet());
    int required = registryNodes / 2 + 1;
    if (reached.size() < required && !mayFormAlone) {
      return new Decision.KeepLooking(
          "reached "
              + reached.size()
              + " of "
              + registryNodes
              + " registry nodes, needs "
              + required);
    }
    if (!stable) {
      return new Decision.KeepLooking("the contact list has not been stable for long enough");
    }
    if (reached.size() < required) {
      return new Decision.FormAlone();
    }
    HostPort lowest = reached.stream().min(BY_ADDRESS).orElse(self);
    return lowest.equals(self)
        ? new Decision.FormAlone()
        : new Decision.KeepLooking("waits for " + lowest + ", the lowest address, to form one");
  }

  boolean isOurs(Sighting sighting) {
    return sighting.clusterName().equals(clusterName);
  }

  private static final Comparator<HostPort> BY_ADDRESS =
      Comparator.comparing(HostPort::host).thenComparing(HostPort::port);
}
