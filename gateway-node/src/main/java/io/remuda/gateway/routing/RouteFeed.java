package io.remuda.gateway.routing;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.SharedTable;
import io.remuda.protocol.cluster.TableSubscriber;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Feeds {@link Routes} from the cluster: routes, catalog and keys as they change, which machines it
 * watches, and which of them are out of sight. It only adds and masks, and unmasks when it ends: a
 * gateway outside of any cluster goes on with what it knows.
 */
public final class RouteFeed extends AbstractBehavior<RouteFeed.Command> {

  /** What the feed is told, by the cluster alone. */
  public interface Command {}

  record Seen(ClusterEvent.ClusterDomainEvent event) implements Command {}

  private record WarmedUp() implements Command {}

  private final Routes routes;
  private final TimerScheduler<Command> timers;
  private final Set<MachineId> watched = new HashSet<>();
  private final Set<MachineId> outOfSight = new HashSet<>();

  private RouteFeed(ActorContext<Command> context, TimerScheduler<Command> timers, Routes routes) {
    super(context);
    this.routes = routes;
    this.timers = timers;
    context.spawn(TableSubscriber.create(SharedTable.ROUTES, routes::merge), "routes");
    context.spawn(TableSubscriber.create(SharedTable.CATALOG, routes::merge), "catalog");
    context.spawn(TableSubscriber.create(SharedTable.ACCESS, routes::merge), "access");
    Cluster.get(context.getSystem())
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, Seen::new),
                ClusterEvent.ClusterDomainEvent.class));
  }

  /** To be spawned in each cluster system. */
  public static Behavior<Command> create(Routes routes) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new RouteFeed(context, timers, routes)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Seen.class, this::onSeen)
        .onMessage(
            WarmedUp.class,
            warmedUp -> {
              routes.warm();
              return this;
            })
        .onSignal(
            PostStop.class,
            stop -> {
              routes.members(Set.of());
              routes.mask(Set.of());
              return this;
            })
        .build();
  }

  private Behavior<Command> onSeen(Seen seen) {
    if (seen.event() instanceof ClusterEvent.UnreachableMember gone) {
      mark(gone.member(), true);
    } else if (seen.event() instanceof ClusterEvent.ReachableMember back) {
      mark(back.member(), false);
    } else if (seen.event() instanceof ClusterEvent.MemberUp up) {
      mark(up.member(), false);
      warmUpAfter(up.member());
    } else if (seen.event() instanceof ClusterEvent.MemberRemoved removed) {
      if (removed.previousStatus() == MemberStatus.down()) {
        mark(removed.member(), true);
      } else {
        left(removed.member());
      }
    }
    return this;
  }

  /** Once a registry is there, the catalog comes with it in a moment, if there is one at all. */
  private void warmUpAfter(Member member) {
    if (member.hasRole(Keys.ROLE_REGISTRY) && routes.snapshot().isCold()) {
      Duration delay =
          getContext().getSystem().settings().config().getDuration("remuda.gateway.routes.warm-up");
      timers.startSingleTimer(new WarmedUp(), delay);
    }
  }

  private void mark(Member member, boolean gone) {
    Keys.machineOf(member.getRoles())
        .ifPresent(
            machine -> {
              watched.add(machine);
              routes.members(watched);
              if (gone ? outOfSight.add(machine) : outOfSight.remove(machine)) {
                getContext()
                    .getLog()
                    .info("event={} machine={}", gone ? "masked" : "unmasked", machine);
                routes.mask(outOfSight);
              }
            });
  }

  /** In good order; whether it still answers nobody here will hear. */
  private void left(Member member) {
    Keys.machineOf(member.getRoles())
        .ifPresent(
            machine -> {
              watched.remove(machine);
              routes.members(watched);
            });
  }
}
