package io.remuda.registry.fleet;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.ClusterEvent;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Subscribe;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tells the fleet view who belongs to the cluster and who answers, and downs a member that flaps:
 * the resolver waits for quiet, and one flapping machine would keep it waiting. What counts is the
 * word of nodes that are to be believed ({@link Witnesses}). Registry nodes are left to the
 * resolver.
 */
public final class Membership extends AbstractBehavior<ClusterEvent.ClusterDomainEvent> {

  private final Cluster cluster;
  private final ActorRef<FleetProtocol.Command> view;
  private final FlapPolicy flapping;
  private final Witnesses witnesses;
  private final Clock clock;
  private final Runnable onRegistryGone;
  private final Map<Address, List<Instant>> changes = new HashMap<>();
  private final Set<Address> members = new HashSet<>();
  private final Set<Address> registries = new HashSet<>();
  private final Set<Address> unreachable = new HashSet<>();
  private final Outages outages = new Outages();

  private Membership(
      ActorContext<ClusterEvent.ClusterDomainEvent> context,
      ActorRef<FleetProtocol.Command> view,
      FlapPolicy flapping,
      Clock clock,
      Runnable onRegistryGone) {
    super(context);
    this.cluster = Cluster.get(context.getSystem());
    this.view = view;
    this.flapping = flapping;
    this.witnesses =
        new Witnesses(
            context
                .getSystem()
                .settings()
                .config()
                .getInt("akka.cluster.failure-detector.monitored-by-nr-of-members"),
            flapping.window());
    this.clock = clock;
    this.onRegistryGone = onRegistryGone;
    cluster
        .subscriptions()
        .tell(Subscribe.create(context.getSelf(), ClusterEvent.ClusterDomainEvent.class));
  }

  /**
   * The behaviour.
   *
   * @param onRegistryGone called when a registry node was removed: its names need a new home
   */
  public static Behavior<ClusterEvent.ClusterDomainEvent> create(
      ActorRef<FleetProtocol.Command> view,
      FlapPolicy flapping,
      Clock clock,
      Runnable onRegistryGone) {
    return Behaviors.setup(
        context -> new Membership(context, view, flapping, clock, onRegistryGone));
  }

  @Override
  public Receive<ClusterEvent.ClusterDomainEvent> createReceive() {
    return newReceiveBuilder()
        .onMessage(ClusterEvent.ReachabilityEvent.class, this::onReachability)
        .onMessage(ClusterEvent.ReachabilityChanged.class, this::onObserved)
        .onMessage(ClusterEvent.MemberEvent.class, this::onMember)
        .onAnyMessage(event -> this)
        .build();
  }

  private Behavior<ClusterEvent.ClusterDomainEvent> onReachability(
      ClusterEvent.ReachabilityEvent event) {
    if (event instanceof ClusterEvent.UnreachableMember) {
      unreachable.add(event.member().address());
    } else {
      unreachable.remove(event.member().address());
    }
    tell();
    return this;
  }

  /** Comes after the events of those whom it concerns, and says who observed what. */
  private Behavior<ClusterEvent.ClusterDomainEvent> onObserved(
      ClusterEvent.ReachabilityChanged changed) {
    Map<Address, Set<Address>> accused = new HashMap<>();
    CollectionConverters.asJava(changed.reachability().observersGroupedByUnreachable())
        .forEach(
            (subject, observers) ->
                accused.put(
                    subject.address(),
                    CollectionConverters.asJava(observers).stream()
                        .map(UniqueAddress::address)
                        .collect(Collectors.toSet())));
    Set<Address> believed =
        witnesses.believed(accused, members.size(), registries, clock.instant());
    outages.changes(accused.keySet(), believed).stream()
        .filter(address -> members.contains(address) && !registries.contains(address))
        .forEach(this::count);
    return this;
  }

  private Behavior<ClusterEvent.ClusterDomainEvent> onMember(ClusterEvent.MemberEvent event) {
    Address address = event.member().address();
    boolean gone =
        event instanceof ClusterEvent.MemberRemoved || event instanceof ClusterEvent.MemberDowned;
    if (gone) {
      members.remove(address);
      registries.remove(address);
      unreachable.remove(address);
    } else {
      members.add(address);
      if (event.member().hasRole(Keys.ROLE_REGISTRY)) {
        registries.add(address);
      }
    }
    if (event instanceof ClusterEvent.MemberUp && address.equals(cluster.selfMember().address())) {
      view.tell(FleetMessage.Joined.JOINED);
    }
    tell();
    if (event instanceof ClusterEvent.MemberRemoved) {
      changes.remove(address);
      if (event.member().hasRole(Keys.ROLE_REGISTRY)) {
        onRegistryGone.run();
      }
    }
    return this;
  }

  private void count(Address member) {
    List<Instant> counted =
        flapping.withChange(changes.getOrDefault(member, List.of()), clock.instant());
    changes.put(member, counted);
    if (flapping.isFlapping(counted)) {
      getContext()
          .getLog()
          .warn(
              "event=flapping-member-downed address={} changes={} window={}",
              member,
              counted.size(),
              flapping.window());
      changes.remove(member);
      cluster.manager().tell(new Down(member));
    }
  }

  private void tell() {
    view.tell(new FleetMessage.MembersSeen(members, unreachable));
  }
}
