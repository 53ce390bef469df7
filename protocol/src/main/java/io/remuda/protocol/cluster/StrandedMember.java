package io.remuda.protocol.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import java.time.Duration;
import java.util.stream.StreamSupport;

/**
 * Takes this member for dead by itself once its cluster has no registry node any more, so that its
 * next system looks for the cluster that has one. For nodes that are none themselves.
 */
final class StrandedMember {

  private enum Look {
    NOW
  }

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private StrandedMember() {}

  static void watch(ActorSystem<Void> system) {
    Config config = system.settings().config();
    StrandedPolicy policy =
        new StrandedPolicy(config.getDuration("remuda.cluster.without-registry-limit"));
    system.systemActorOf(watching(policy), "remuda-stranded-member", Props.empty());
  }

  private static Behavior<Look> watching(StrandedPolicy policy) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Look.NOW, PAUSE);
                  Cluster cluster = Cluster.get(context.getSystem());
                  return Behaviors.receiveMessage(
                      look -> {
                        boolean up = cluster.selfMember().status().equals(MemberStatus.up());
                        if (!policy.isStranded(!up || hasRegistry(cluster), System.nanoTime())) {
                          return Behaviors.same();
                        }
                        context
                            .getLog()
                            .warn(
                                "event=cluster-without-registry next=leave text=\"no registry node is"
                                    + " a member any more; looking for the cluster that has one\"");
                        Leaving.down(context.getSystem());
                        return Behaviors.stopped();
                      });
                }));
  }

  /** One that was downed never comes back as the same member. */
  private static boolean hasRegistry(Cluster cluster) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole(Keys.ROLE_REGISTRY))
        .map(Member::status)
        .anyMatch(
            status ->
                !status.equals(MemberStatus.down()) && !status.equals(MemberStatus.removed()));
  }
}
