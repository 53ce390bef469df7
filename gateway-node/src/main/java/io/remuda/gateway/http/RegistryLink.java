package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.UniqueAddress;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The way to the registry's entities and fleet views, through the cluster's ActorSystem, which
 * comes and goes: while there is none, and whenever the registry does not answer in time, the
 * answer is a refusal with REGISTRY_UNAVAILABLE. Every answer arrives on the local executor.
 */
final class RegistryLink {

  /** So often it is looked at, while an answer is waited for, whether a registry node has gone. */
  private static final int LOOKS = 20;

  // Written under this object's lock alone.
  private volatile Tie tie = Tie.NONE;
  private final Duration askTimeout;
  private final OwnerQuestion question;
  private final Executor local;

  private record Tie(Optional<ActorSystem<?>> system, Set<ActorRef<FleetProtocol.Command>> views) {
    private static final Tie NONE = new Tie(Optional.empty(), Set.of());
  }

  RegistryLink(Duration askTimeout, Executor local) {
    this(askTimeout, local, new OwnerQuestion(askTimeout, askTimeout.dividedBy(LOOKS), local));
  }

  /** One that puts its questions in a way of its own. */
  RegistryLink(Duration askTimeout, Executor local, OwnerQuestion question) {
    this.askTimeout = askTimeout;
    this.question = question;
    this.local = local;
  }

  /** A cluster system has come up; from now on it is the one that is asked. */
  synchronized void attach(ActorSystem<?> system) {
    tie = new Tie(Optional.of(system), Set.of());
  }

  /** That system ends; does nothing when another one has taken its place. */
  synchronized void detach(ActorSystem<?> system) {
    if (isHeld(system)) {
      tie = Tie.NONE;
    }
  }

  synchronized void views(ActorSystem<?> system, Set<ActorRef<FleetProtocol.Command>> views) {
    if (isHeld(system)) {
      tie = new Tie(Optional.of(system), Set.copyOf(views));
    }
  }

  private boolean isHeld(ActorSystem<?> system) {
    return tie.system().filter(held -> held == system).isPresent();
  }

  /** The cluster system that there is now; empty between two. */
  Optional<ActorSystem<?>> system() {
    return tie.system();
  }

  /** Whether a registry node is in sight; says nothing of its journal. */
  boolean seesRegistry() {
    return inSight().isPresent();
  }

  private Optional<ActorSystem<?>> inSight() {
    return tie.system().filter(RegistryLink::hasRegistry);
  }

  /** Told to every registry node in sight, and answered by none. */
  void tellViews(FleetProtocol.Command message) {
    tie.views().forEach(view -> view.tell(message));
  }

  /** Told to an entity, where a registry node is in sight, and not answered. */
  <M> void tell(EntityTypeKey<M> type, String id, M message) {
    Optional<ActorSystem<?>> system = inSight();
    if (system.isPresent()) {
      ClusterSharding.get(system.get()).entityRefFor(type, id).tell(message);
    }
  }

  /** What may do harm when it is heard twice, as {@link OwnerQuestion#once} says. */
  <M, R> CompletionStage<R> once(
      EntityTypeKey<M> type, String id, Function<ActorRef<R>, ? extends M> message) {
    return ask(
        type,
        id,
        (system, entity) ->
            question.once(() -> registries(system), left -> entity.<R>ask(message::apply, left)));
  }

  /** What may be asked again while no answer has come, as {@link OwnerQuestion#again} says. */
  <M, R> CompletionStage<R> again(
      EntityTypeKey<M> type, String id, Function<ActorRef<R>, ? extends M> message) {
    return ask(
        type,
        id,
        (system, entity) ->
            question.again(() -> registries(system), left -> entity.<R>ask(message::apply, left)));
  }

  private <M, R> CompletionStage<R> ask(
      EntityTypeKey<M> type,
      String id,
      BiFunction<ActorSystem<?>, EntityRef<M>, CompletionStage<R>> question) {
    Optional<ActorSystem<?>> system = inSight();
    if (system.isEmpty()) {
      return Refusal.failed(away());
    }
    try {
      EntityRef<M> entity = ClusterSharding.get(system.get()).entityRefFor(type, id);
      return onLocal(question.apply(system.get(), entity));
    } catch (IllegalStateException e) {
      // The system is so young, or so near its end, that it does not know its registry.
      return Refusal.failed(away());
    }
  }

  /** Asked of any one fleet view. */
  <R> CompletionStage<R> view(Function<ActorRef<R>, FleetProtocol.Command> message) {
    return view(message, Duration.ZERO);
  }

  /**
   * The same of a view that is asked to wait.
   *
   * @param patience for which it may have nothing to say
   */
  <R> CompletionStage<R> view(
      Function<ActorRef<R>, FleetProtocol.Command> message, Duration patience) {
    Tie now = tie;
    // Any view will do; one in the same JVM, whose address has no host, spares a hop.
    Optional<ActorRef<FleetProtocol.Command>> view =
        now.views().stream()
            .min(
                (a, b) ->
                    Boolean.compare(
                        a.path().address().hasGlobalScope(), b.path().address().hasGlobalScope()));
    if (now.system().isEmpty() || view.isEmpty()) {
      return Refusal.failed(away());
    }
    return onLocal(
        AskPattern.ask(
            view.get(), message::apply, askTimeout.plus(patience), now.system().get().scheduler()));
  }

  /** The same answer on the local executor; one that did not come in time is a refusal there. */
  <R> CompletionStage<R> onLocal(CompletionStage<R> asked) {
    return asked.handleAsync(
        (reply, failure) -> {
          if (failure == null) {
            return reply;
          }
          Throwable cause = Refusal.causeOf(failure);
          if (cause instanceof TimeoutException) {
            throw unanswered("the registry did not answer within " + askTimeout.toSeconds() + " s");
          }
          if (cause instanceof OwnerQuestion.OwnerGone) {
            throw unanswered("the registry node went that may have had the question");
          }
          throw new CompletionException(cause);
        },
        local);
  }

  private static Refusal unanswered(String why) {
    return Refusal.of(
        ErrorCode.REGISTRY_UNAVAILABLE,
        why
            + "; what is served goes on. Whether a change was accepted shows in 'GET"
            + " /v1/deployments/{name}', or that of what was changed; the same change can be sent"
            + " again");
  }

  static Refused away() {
    return Refused.of(
        ErrorCode.REGISTRY_UNAVAILABLE,
        "no registry node is in sight, so nothing can be changed now; what is served goes on. Try"
            + " again, and start the registry nodes if they are down");
  }

  /** A refusal wins: a conflict comes with the deployment that is in the way. */
  static <T> T present(Optional<T> value, Optional<Refused> refused) {
    if (refused.isPresent()) {
      throw Refusal.of(refused.get());
    }
    return value.orElseThrow(() -> new IllegalStateException("the registry answered nothing"));
  }

  private static Set<UniqueAddress> registries(ActorSystem<?> system) {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole(Keys.ROLE_REGISTRY))
        .map(Member::uniqueAddress)
        .collect(Collectors.toSet());
  }

  private static boolean hasRegistry(ActorSystem<?> system) {
    Iterable<Member> members = Cluster.get(system).state().getMembers();
    Set<Member> unreachable = Cluster.get(system).state().getUnreachable();
    return StreamSupport.stream(members.spliterator(), false)
        .anyMatch(
            member ->
                member.hasRole(Keys.ROLE_REGISTRY)
                    && (member.status().equals(MemberStatus.up())
                        || member.status().equals(MemberStatus.leaving()))
                    && !unreachable.contains(member));
  }
}
