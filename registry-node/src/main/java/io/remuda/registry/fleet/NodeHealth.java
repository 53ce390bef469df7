package io.remuda.registry.fleet;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How one machine fares, as one registry node sees it: its last word, when that was, and which ping
 * it owes. Of two agents of one machine the later incarnation counts.
 *
 * @param heard when its agent was last heard, by report or pong
 * @param firstOpenPing the oldest ping without an answer
 * @param draining what an operator wants empty
 * @param left whether it said goodbye
 */
record NodeHealth(
    NodeReport report,
    ActorRef<NodeProtocol.Command> agent,
    Instant heard,
    Optional<OpenPing> firstOpenPing,
    Emptied draining,
    boolean left) {

  /** What an operator wants empty: all of it, or some of its GPUs, by UUID. */
  record Emptied(boolean all, Set<String> gpus) {
    static final Emptied NONE = new Emptied(false, Set.of());

    static Emptied by(MachineDecided decided) {
      return new Emptied(decided.draining(), decided.drainingGpus());
    }
  }

  /** A ping that was sent and not answered. */
  record OpenPing(long nonce, Instant sentAt) {}

  static NodeHealth first(NodeReport report, ActorRef<NodeProtocol.Command> agent, Instant now) {
    return new NodeHealth(report, agent, now, Optional.empty(), Emptied.NONE, false);
  }

  /** Whether {@code other} is of an earlier life, or older within this one. */
  boolean outdates(NodeReport other) {
    return other.incarnation() != report.incarnation()
        ? other.incarnation() < report.incarnation()
        : other.sequence() < report.sequence();
  }

  NodeHealth reported(NodeReport next, ActorRef<NodeProtocol.Command> from, Instant now) {
    boolean sameAgent = next.incarnation() == report.incarnation() && from.equals(agent);
    return new NodeHealth(
        next, from, now, sameAgent ? firstOpenPing : Optional.empty(), draining, false);
  }

  NodeHealth pinged(long nonce, Instant now) {
    return new NodeHealth(
        report,
        agent,
        heard,
        firstOpenPing.or(() -> Optional.of(new OpenPing(nonce, now))),
        draining,
        left);
  }

  /** It is asked nothing any more, so it owes no answer. */
  NodeHealth unasked() {
    return firstOpenPing.isEmpty()
        ? this
        : new NodeHealth(report, agent, heard, Optional.empty(), draining, left);
  }

  /** After its answer to a ping; news of instances that is newer than the report is taken in. */
  NodeHealth answered(NodeProtocol.Pong pong, Instant now) {
    if (pong.incarnation() != report.incarnation()) {
      return this;
    }
    return new NodeHealth(
        pong.instances().stream().anyMatch(this::isNews)
            ? said(report.capacity(), merged(pong.instances()))
            : report,
        agent,
        now,
        firstOpenPing.filter(open -> open.nonce() > pong.nonce()),
        draining,
        left);
  }

  private boolean isNews(InstanceReport said) {
    for (InstanceReport known : report.instances()) {
      if (known.id().equals(said.id())) {
        return isNewer(said, known);
      }
    }
    return true;
  }

  private List<InstanceReport> merged(List<InstanceReport> news) {
    Map<InstanceId, InstanceReport> instances = new LinkedHashMap<>();
    report.instances().forEach(instance -> instances.put(instance.id(), instance));
    news.forEach(
        said ->
            instances.merge(
                said.id(), said, (known, other) -> isNewer(other, known) ? other : known));
    return List.copyOf(instances.values());
  }

  /** With what it said of its capacity since its report. */
  NodeHealth with(Capacity capacity) {
    return new NodeHealth(
        said(capacity, report.instances()), agent, heard, firstOpenPing, draining, left);
  }

  NodeHealth draining(Emptied emptied) {
    return new NodeHealth(report, agent, heard, firstOpenPing, emptied, left);
  }

  NodeHealth leaving() {
    return new NodeHealth(report, agent, heard, firstOpenPing, draining, true);
  }

  /** As if the {@code pause} of the registry node that listens, which ends now, had not been. */
  NodeHealth withoutPause(Duration pause, Instant now) {
    return new NodeHealth(
        report,
        agent,
        earlier(heard.plus(pause), now),
        firstOpenPing.map(
            open -> new OpenPing(open.nonce(), earlier(open.sentAt().plus(pause), now))),
        draining,
        left);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  /** Whether a registry actor would read the same in {@code other} as in its last word. */
  boolean tellsTheSame(NodeReport other) {
    return report.settled() == other.settled()
        && report.cordoned() == other.cordoned()
        && tellTheSame(report.instances(), other.instances());
  }

  private static boolean tellTheSame(List<InstanceReport> these, List<InstanceReport> those) {
    if (these.size() != those.size()) {
      return false;
    }
    for (int i = 0; i < these.size(); i++) {
      if (!tellTheSame(these.get(i), those.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean tellTheSame(InstanceReport one, InstanceReport other) {
    return one.id().equals(other.id())
        && one.phase() == other.phase()
        && one.restarts() == other.restarts()
        && one.reason().equals(other.reason());
  }

  /** The member that its agent lives on. */
  Address address() {
    return agent.path().address();
  }

  Machine seen(boolean memberReachable, Instant now) {
    return new Machine(
        memberReachable && !left,
        draining.all(),
        draining.gpus(),
        Duration.between(heard, now),
        firstOpenPing.map(open -> Duration.between(open.sentAt(), now)).orElse(Duration.ZERO),
        report);
  }

  private static boolean isNewer(InstanceReport a, InstanceReport b) {
    return a.epoch() != b.epoch() ? a.epoch() > b.epoch() : a.sequence() > b.sequence();
  }

  private NodeReport said(Capacity capacity, List<InstanceReport> instances) {
    return new NodeReport(
        report.machine(),
        report.incarnation(),
        report.sequence(),
        report.hostName(),
        report.front(),
        report.labels(),
        report.cordoned(),
        report.settled(),
        report.journal(),
        capacity,
        report.engines(),
        instances);
  }
}
