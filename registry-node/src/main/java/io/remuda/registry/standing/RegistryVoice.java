package io.remuda.registry.standing;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.StandingProtocol;
import io.remuda.protocol.StandingProtocol.ClockOff;
import io.remuda.protocol.StandingProtocol.Command;
import io.remuda.protocol.StandingProtocol.Describe;
import io.remuda.protocol.StandingProtocol.Standing;
import io.remuda.protocol.cluster.NodeClock;
import io.remuda.registry.RegistryStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * What a registry node says of itself to whoever asks: whether it takes changes, how many names it
 * owns, and which nodes' wall clocks are far from its own. It asks each of them now and then; no
 * decision of the registry rests on it.
 */
public final class RegistryVoice extends AbstractBehavior<Command> {

  private static final Set<String> ROLES =
      Set.of(Keys.ROLE_REGISTRY, Keys.ROLE_MODEL, Keys.ROLE_GATEWAY);

  private record Clocks(Set<ActorRef<NodeClock.Ask>> found) implements Command {}

  private record Heard(ActorRef<NodeClock.Ask> clock, long asked, Optional<NodeClock.Told> told)
      implements Command {}

  private record Counted(ActorRef<Standing> replyTo, OptionalInt names) implements Command {}

  private enum Tick implements Command {
    COMPARE
  }

  private final RegistryStatus status;
  private final InstantSource wall;
  private final ClockPolicy policy;
  private final Duration answerLimit;
  private final Cluster cluster;
  private final Map<ActorRef<NodeClock.Ask>, ClockOff> off = new HashMap<>();
  private Set<ActorRef<NodeClock.Ask>> clocks = Set.of();

  private RegistryVoice(
      ActorContext<Command> context, RegistryStatus status, InstantSource wall, Config clock) {
    super(context);
    this.status = status;
    this.wall = wall;
    this.policy = new ClockPolicy(clock.getDuration("allowed"));
    this.answerLimit = clock.getDuration("answer-limit");
    this.cluster = Cluster.get(context.getSystem());
    ActorRef<Receptionist.Listing> listings =
        context.messageAdapter(
            Receptionist.Listing.class,
            listing -> new Clocks(listing.getServiceInstances(NodeClock.KEY)));
    var receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.subscribe(NodeClock.KEY, listings));
    receptionist.tell(Receptionist.register(StandingProtocol.KEY, context.getSelf()));
  }

  /**
   * The one of a registry node.
   *
   * @param wall this node's own clock
   */
  public static Behavior<Command> create(RegistryStatus status, InstantSource wall) {
    return Behaviors.setup(
        context -> {
          Config clock = context.getSystem().settings().config().getConfig("remuda.registry.clock");
          return Behaviors.withTimers(
              timers -> {
                timers.startTimerWithFixedDelay(Tick.COMPARE, clock.getDuration("interval"));
                return new RegistryVoice(context, status, wall, clock);
              });
        });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Describe.class, this::onDescribe)
        .onMessage(Counted.class, this::onCounted)
        .onMessage(Clocks.class, this::onClocks)
        .onMessage(Heard.class, this::onHeard)
        .onMessageEquals(Tick.COMPARE, this::compare)
        .build();
  }

  private Behavior<Command> onDescribe(Describe wish) {
    getContext()
        .ask(
            CurrentShardRegionState.class,
            ClusterSharding.get(getContext().getSystem()).shardState(),
            answerLimit,
            replyTo -> new GetShardRegionState(RegistryProtocol.TYPE_KEY, replyTo),
            (shards, failure) -> new Counted(wish.replyTo(), names(Optional.ofNullable(shards))));
    return this;
  }

  /** How many entities there are; empty where a shard did not say how many it has. */
  static OptionalInt names(Optional<CurrentShardRegionState> shards) {
    return shards.isEmpty() || !shards.get().getFailed().isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(
            shards.get().getShards().stream().mapToInt(shard -> shard.getEntityIds().size()).sum());
  }

  private Behavior<Command> onCounted(Counted counted) {
    counted
        .replyTo()
        .tell(
            new Standing(
                status.notReadyBecause(),
                status.keysBroken(),
                status.journal(),
                counted.names(),
                List.copyOf(off.values())));
    return this;
  }

  private Behavior<Command> onClocks(Clocks listing) {
    clocks = listing.found();
    off.keySet().retainAll(clocks);
    return compare();
  }

  private Behavior<Command> compare() {
    for (ActorRef<NodeClock.Ask> clock : clocks) {
      long asked = wall.millis();
      getContext()
          .ask(
              NodeClock.Told.class,
              clock,
              answerLimit,
              NodeClock.Ask::new,
              (told, failure) -> new Heard(clock, asked, Optional.ofNullable(told)));
    }
    return this;
  }

  private Behavior<Command> onHeard(Heard heard) {
    if (heard.told().isEmpty() || !clocks.contains(heard.clock())) {
      // Who does not answer is seen as unreachable by others.
      return this;
    }
    Optional<Duration> ahead =
        policy.off(heard.asked(), wall.millis(), heard.told().get().epochMillis());
    if (ahead.isPresent()) {
      ClockOff found = describe(heard.clock(), ahead.get());
      if (off.put(heard.clock(), found) == null) {
        getContext()
            .getLog()
            .warn(
                "event=clock-off node={} machine={} roles={} aheadSeconds={} text=\"set it right, as"
                    + " NTP does: ends of API keys and of tasks are compared with clocks\"",
                found.node(),
                found.machine().map(Object::toString).orElse(""),
                found.roles(),
                found.ahead().toSeconds());
      }
    } else if (off.remove(heard.clock()) != null) {
      getContext().getLog().info("event=clock-right node={}", address(heard.clock()));
    }
    return this;
  }

  private ClockOff describe(ActorRef<NodeClock.Ask> clock, Duration ahead) {
    Address address = address(clock);
    List<String> roles = new ArrayList<>();
    StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.address().equals(address))
        .map(Member::getRoles)
        .forEach(roles::addAll);
    return new ClockOff(
        address.host().get() + ":" + address.port().get(),
        Keys.machineOf(roles),
        roles.stream().filter(ROLES::contains).sorted().toList(),
        ahead);
  }

  /** One in this very JVM has no host in its address. */
  private Address address(ActorRef<NodeClock.Ask> clock) {
    Address address = clock.path().address();
    return address.hasGlobalScope() ? address : cluster.selfMember().address();
  }
}
