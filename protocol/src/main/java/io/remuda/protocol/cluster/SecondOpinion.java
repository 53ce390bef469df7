package io.remuda.protocol.cluster;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import com.typesafe.config.Config;
import io.remuda.protocol.Keys;
import io.remuda.protocol.config.HostPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Takes a registry node for dead as soon as its host says so. Its silence alone may be a pause or a
 * broken network, and the split-brain resolver gives it time. But a host that refuses a connection
 * to the node's own address lives and is reached: the process that listened there has ended. One
 * that is merely stopped still has its connections taken by the kernel, and a machine that is gone
 * or cut off answers nothing; of both nothing is concluded. For registry nodes.
 */
final class SecondOpinion extends AbstractBehavior<SecondOpinion.Message> {

  /** What it tells itself. */
  sealed interface Message {}

  private enum Look implements Message {
    NOW
  }

  private record Asked(HostPort member, boolean refused) implements Message {}

  private static final Set<MemberStatus> NOT_YET =
      Set.of(MemberStatus.joining(), MemberStatus.weaklyUp());

  private final Cluster cluster;
  private final Executor blocking;
  private final Duration limit;
  private final Set<HostPort> asking = new HashSet<>();

  private SecondOpinion(ActorContext<Message> context, Duration limit) {
    super(context);
    context.setLoggerName(SecondOpinion.class);
    this.cluster = Cluster.get(context.getSystem());
    this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    this.limit = limit;
  }

  /** Looks again and again, for as long as {@code system} lives. */
  static void watch(ActorSystem<Void> system) {
    Config config = system.settings().config();
    Duration interval = config.getDuration("remuda.cluster.second-opinion-interval");
    Duration limit = config.getDuration("remuda.cluster.second-opinion-limit");
    Behavior<Message> looking =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> {
                      timers.startTimerWithFixedDelay(Look.NOW, interval);
                      return new SecondOpinion(context, limit);
                    }));
    system.systemActorOf(looking, "remuda-second-opinion", Props.empty());
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Look.NOW, this::look)
        .onMessage(Asked.class, this::onAsked)
        .build();
  }

  private Behavior<Message> look() {
    for (HostPort member : silent().keySet()) {
      if (asking.add(member)) {
        getContext()
            .pipeToSelf(
                CompletableFuture.supplyAsync(() -> refuses(member, limit), blocking),
                (refused, failure) -> new Asked(member, failure == null && refused));
      }
    }
    return this;
  }

  private Behavior<Message> onAsked(Asked asked) {
    asking.remove(asked.member());
    // It may have been heard meanwhile, or somebody else may have been missed.
    Optional<Address> dead = Optional.ofNullable(silent().get(asked.member()));
    if (asked.refused() && dead.isPresent()) {
      getContext()
          .getLog()
          .warn(
              "event=dead-registry-downed address={} text=\"it is silent, and its host refuses"
                  + " connections to it: its process has ended, and the others take its names\"",
              dead.get());
      cluster.manager().tell(new Down(dead.get()));
    }
    return this;
  }

  /** Whose hosts are to be asked, with what they are called as members. */
  private Map<HostPort, Address> silent() {
    var state = cluster.state();
    Map<HostPort, Address> addresses = new HashMap<>();
    List<OpinionPolicy.Registry> registries = new ArrayList<>();
    for (Member member : state.getMembers()) {
      if (member.hasRole(Keys.ROLE_REGISTRY) && !NOT_YET.contains(member.status())) {
        HostPort node = addressOf(member);
        addresses.put(node, member.address());
        registries.add(
            new OpinionPolicy.Registry(
                node,
                member.status().equals(MemberStatus.up()),
                !state.getUnreachable().contains(member)));
      }
    }
    addresses.keySet().retainAll(OpinionPolicy.silent(registries));
    return addresses;
  }

  private static HostPort addressOf(Member member) {
    return new HostPort(member.address().host().get(), (Integer) member.address().port().get());
  }

  /**
   * Whether the host of {@code member} answers that nothing listens there. Blocks.
   *
   * @param limit below the second after which a kernel itself may give up, which looks the same
   */
  static boolean refuses(HostPort member, Duration limit) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(member.host(), member.port()), (int) limit.toMillis());
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException unknown) {
      return false;
    }
  }
}
