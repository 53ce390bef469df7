package io.remuda.gateway.http;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent.CurrentClusterState;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.Keys;
import io.remuda.protocol.StandingProtocol;
import io.remuda.protocol.StandingProtocol.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The registry nodes there are, as this gateway's membership knows them, each with its own word on
 * itself. One that does not answer is in the list without it.
 */
final class RegistryRoll {

  /** The questions for who there is, and to each, together stay within the answer's own limit. */
  private static final int STEPS = 2;

  private final RegistryLink link;
  private final Duration limit;

  /**
   * A registry node.
   *
   * @param node its address, host:port
   * @param status of its membership, in small letters
   * @param leads whether it is the first of the registry nodes: the one that ends a partition
   * @param standing its own word; empty when it did not answer
   */
  record Entry(
      String node, String status, boolean reachable, boolean leads, Optional<Standing> standing) {}

  RegistryRoll(RegistryLink link, Duration askTimeout) {
    this.link = link;
    this.limit = askTimeout.dividedBy(STEPS);
  }

  /** Refused where this gateway is a member of no cluster; else there is always an answer. */
  CompletionStage<List<Entry>> read() {
    Optional<ActorSystem<?>> system = link.system();
    if (system.isEmpty()) {
      return Refusal.failed(RegistryLink.away());
    }
    return link.onLocal(voices(system.get()).thenCompose(voices -> entries(system.get(), voices)));
  }

  private CompletionStage<List<Entry>> entries(
      ActorSystem<?> system, Map<Address, ActorRef<StandingProtocol.Command>> voices) {
    CurrentClusterState state = Cluster.get(system).state();
    Optional<Address> leader = Optional.ofNullable(state.getRoleLeader(Keys.ROLE_REGISTRY));
    CompletableFuture<List<Entry>> all = CompletableFuture.completedFuture(List.of());
    for (Member member : registries(state)) {
      Address address = member.address();
      boolean reachable = !state.getUnreachable().contains(member);
      CompletionStage<Optional<Standing>> said =
          reachable && voices.containsKey(address)
              ? ask(system, voices.get(address))
              : CompletableFuture.completedStage(Optional.empty());
      all =
          all.thenCombine(
              said,
              (before, standing) -> {
                List<Entry> more = new ArrayList<>(before);
                more.add(
                    new Entry(
                        address.host().get() + ":" + address.port().get(),
                        member.status().toString().toLowerCase(Locale.ROOT),
                        reachable,
                        leader.filter(address::equals).isPresent(),
                        standing));
                return more;
              });
    }
    return all;
  }

  private static List<Member> registries(CurrentClusterState state) {
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .filter(member -> member.hasRole(Keys.ROLE_REGISTRY))
        .sorted(Comparator.comparing(member -> member.address().toString()))
        .toList();
  }

  private CompletionStage<Optional<Standing>> ask(
      ActorSystem<?> system, ActorRef<StandingProtocol.Command> voice) {
    return AskPattern.<StandingProtocol.Command, Standing>ask(
            voice, StandingProtocol.Describe::new, limit, system.scheduler())
        .handle((standing, failure) -> Optional.ofNullable(standing));
  }

  /** One in this very JVM has no host in its address. */
  private CompletionStage<Map<Address, ActorRef<StandingProtocol.Command>>> voices(
      ActorSystem<?> system) {
    Address own = Cluster.get(system).selfMember().address();
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(StandingProtocol.KEY, replyTo),
            limit,
            system.scheduler())
        .thenApply(
            found ->
                found.getServiceInstances(StandingProtocol.KEY).stream()
                    .collect(
                        Collectors.toMap(
                            voice ->
                                voice.path().address().hasGlobalScope()
                                    ? voice.path().address()
                                    : own,
                            Function.identity(),
                            (one, other) -> other)))
        // The members are known without their words.
        .exceptionally(silent -> Map.of());
  }
}
