package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.RequestProtocol;
import io.remuda.protocol.RequestProtocol.Command;
import io.remuda.protocol.RequestProtocol.Found;
import io.remuda.protocol.RequestProtocol.Viewer;
import io.remuda.protocol.id.KeyId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds what became of a request at whichever gateway had it: here, else all others are asked at
 * once. One that does not answer in time has nothing to say.
 */
final class RequestSearch {

  /** The questions for who there is, and to each, together stay within the answer's own limit. */
  private static final int STEPS = 2;

  private final RecentRequests own;
  private final Function<KeyId, Optional<ApiKey>> keys;
  private final RegistryLink link;
  private final Duration limit;

  /**
   * @param keys whose requests are
   */
  RequestSearch(
      RecentRequests own,
      Function<KeyId, Optional<ApiKey>> keys,
      RegistryLink link,
      Duration askTimeout) {
    this.own = own;
    this.keys = keys;
    this.link = link;
    this.limit = askTimeout.dividedBy(STEPS);
  }

  /**
   * @param viewer who asks; what they may not be told of hides nothing else
   * @param tenant whose alone are asked for, the viewer's own among them; empty: all
   */
  CompletionStage<List<RecentRequest>> find(String id, Viewer viewer, Optional<String> tenant) {
    Predicate<RecentRequest> seen =
        request ->
            RequestSight.sees(viewer, request, keys)
                && (tenant.isEmpty() || tenant.equals(tenant(request)));
    List<RecentRequest> here = own.find(id, seen);
    Optional<ActorSystem<?>> system = link.system();
    return here.isEmpty() && system.isPresent()
        ? link.onLocal(voices(system.get()).thenCompose(all -> ask(system.get(), all, id, viewer)))
            // One of an earlier version tells of all.
            .thenApply(found -> found.stream().filter(seen).toList())
        : CompletableFuture.completedStage(here);
  }

  /** Whose keys or tokens sent it; empty: the operator's. */
  Optional<String> tenant(RecentRequest request) {
    return RequestSight.tenant(request, keys);
  }

  private CompletionStage<List<RecentRequest>> ask(
      ActorSystem<?> system, Set<ActorRef<Command>> voices, String id, Viewer viewer) {
    CompletionStage<List<RecentRequest>> all = CompletableFuture.completedStage(List.of());
    for (ActorRef<Command> voice : voices) {
      CompletionStage<List<RecentRequest>> said =
          AskPattern.<Command, Found>ask(
                  voice,
                  replyTo -> new RequestProtocol.Find(id, replyTo, Optional.of(viewer)),
                  limit,
                  system.scheduler())
              .thenApply(Found::requests)
              .exceptionally(silent -> List.of());
      all =
          all.thenCombine(
              said, (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
    }
    return all;
  }

  private CompletionStage<Set<ActorRef<Command>>> voices(ActorSystem<?> system) {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(RequestProtocol.KEY, replyTo),
            limit,
            system.scheduler())
        .thenApply(found -> found.getServiceInstances(RequestProtocol.KEY))
        .exceptionally(silent -> Set.of());
  }
}
