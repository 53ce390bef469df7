package io.remuda.registry;

import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.Keys;
import java.util.Optional;

/**
 * Whether names may live on this node: it has to be a member, and the journal has to have been
 * asked for. While that is being prepared for the first time they would be refused, though another
 * node may have it already; a database that is away is no reason to wait, since that is the answer
 * then.
 */
final class Hosting {

  private final Cluster cluster;
  private final Runnable open;
  private boolean joined;
  private boolean journalAsked;
  private boolean hosting;

  /**
   * @param open run once, when they may
   */
  Hosting(Cluster cluster, Runnable open) {
    this.cluster = cluster;
    this.open = open;
  }

  boolean isMember() {
    return cluster.selfMember().status() == MemberStatus.up();
  }

  /** Another registry node that is in the fleet or comes into it. */
  Optional<Member> otherRegistry() {
    for (Member member : cluster.state().getMembers()) {
      boolean other = !member.address().equals(cluster.selfMember().address());
      if (other && member.hasRole(Keys.ROLE_REGISTRY) && member.status() != MemberStatus.down()) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  /** This node is a member, and may have names. */
  void joined() {
    joined = true;
    openIfBoth();
  }

  /** The journal is there, or will not be soon. */
  void journalAsked() {
    journalAsked = true;
    openIfBoth();
  }

  private void openIfBoth() {
    if (joined && journalAsked && !hosting) {
      hosting = true;
      open.run();
    }
  }
}
