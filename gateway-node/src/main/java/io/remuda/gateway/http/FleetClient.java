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
import io.remuda.gateway.routing.DemandVoice;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Asks the registry on behalf of HTTP. It outlives the cluster's ActorSystem, which comes and goes:
 * while there is none, and whenever the registry does not answer in time, the answer is a refusal
 * with REGISTRY_UNAVAILABLE. Every answer arrives on the local executor.
 */
public final class FleetClient implements DemandVoice.Registry, UsageVoice.Registry {

  /** So often it is looked at, while an answer is waited for, whether a registry node has gone. */
  private static final int LOOKS = 20;

  // Written under this object's lock alone.
  private volatile Link link = Link.NONE;
  private final Duration askTimeout;
  private final OwnerQuestion question;
  private final Executor local;

  private record Link(Optional<ActorSystem<?>> system, Set<ActorRef<FleetProtocol.Command>> views) {
    private static final Link NONE = new Link(Optional.empty(), Set.of());
  }

  public FleetClient(Duration askTimeout, Executor local) {
    this(askTimeout, local, new OwnerQuestion(askTimeout, askTimeout.dividedBy(LOOKS), local));
  }

  /** One that puts its questions in a way of its own. */
  FleetClient(Duration askTimeout, Executor local, OwnerQuestion question) {
    this.askTimeout = askTimeout;
    this.question = question;
    this.local = local;
  }

  /** A cluster system has come up; from now on it is the one that is asked. */
  synchronized void attach(ActorSystem<?> system) {
    link = new Link(Optional.of(system), Set.of());
  }

  /** That system ends; does nothing when another one has taken its place. */
  synchronized void detach(ActorSystem<?> system) {
    if (isHeld(system)) {
      link = Link.NONE;
    }
  }

  synchronized void views(ActorSystem<?> system, Set<ActorRef<FleetProtocol.Command>> views) {
    if (isHeld(system)) {
      link = new Link(Optional.of(system), Set.copyOf(views));
    }
  }

  private boolean isHeld(ActorSystem<?> system) {
    return link.system().filter(held -> held == system).isPresent();
  }

  /** The cluster system that there is now; empty between two. */
  Optional<ActorSystem<?>> system() {
    return link.system();
  }

  /** Whether a registry node is in sight; says nothing of its journal. */
  public boolean seesRegistry() {
    return link.system().filter(FleetClient::hasRegistry).isPresent();
  }

  /** Told to every registry node in sight; what is lost is told again. */
  @Override
  public void demand(FleetProtocol.Demand demand) {
    link.views().forEach(view -> view.tell(demand));
  }

  /** Told to the owner of the name, where a registry node is in sight. */
  @Override
  public void wanted(ModelName model, int waiting) {
    Optional<ActorSystem<?>> system = link.system().filter(FleetClient::hasRegistry);
    if (system.isPresent()) {
      ClusterSharding.get(system.get())
          .entityRefFor(RegistryProtocol.TYPE_KEY, model.value())
          .tell(new RegistryProtocol.Wanted(model, waiting));
    }
  }

  public CompletionStage<DeploymentView> deploy(
      ModelSpec spec, Optional<Long> ifMatch, boolean evolve) {
    return deployment(
        spec.name(), replyTo -> new RegistryProtocol.Deploy(spec, ifMatch, evolve, replyTo));
  }

  public CompletionStage<DeploymentView> scale(ModelName name, int replicas) {
    return deployment(name, replyTo -> new RegistryProtocol.Scale(name, replicas, replyTo));
  }

  CompletionStage<DeploymentView> retryOn(ModelName name, MachineId machine) {
    return deployment(name, replyTo -> new RegistryProtocol.RetryOn(name, machine, replyTo));
  }

  public CompletionStage<DeploymentView> remove(ModelName name) {
    return deployment(name, replyTo -> new RegistryProtocol.Remove(name, replyTo));
  }

  public CompletionStage<DeploymentView> get(ModelName name) {
    return this.<RegistryProtocol.Command, RegistryProtocol.Reply>harmless(
            RegistryProtocol.TYPE_KEY,
            name.value(),
            replyTo -> new RegistryProtocol.Get(name, replyTo))
        .thenApply(reply -> present(reply.deployment(), reply.refused()));
  }

  public CompletionStage<Explanation> explain(ModelName name) {
    return this.<RegistryProtocol.Command, RegistryProtocol.Explained>harmless(
            RegistryProtocol.TYPE_KEY,
            name.value(),
            replyTo -> new RegistryProtocol.Explain(name, replyTo))
        .thenApply(reply -> present(reply.explanation(), reply.refused()));
  }

  public CompletionStage<MachineView> cordon(MachineId machine) {
    return machine(machine, replyTo -> new MachineProtocol.Cordon(machine, replyTo));
  }

  public CompletionStage<MachineView> uncordon(MachineId machine) {
    return machine(machine, replyTo -> new MachineProtocol.Uncordon(machine, replyTo));
  }

  CompletionStage<MachineView> cordonGpu(MachineId machine, String gpu) {
    return machine(machine, replyTo -> new MachineProtocol.CordonGpu(machine, gpu, replyTo));
  }

  CompletionStage<MachineView> uncordonGpu(MachineId machine, String gpu) {
    return machine(machine, replyTo -> new MachineProtocol.UncordonGpu(machine, gpu, replyTo));
  }

  /**
   * @param force also where something that runs there has no other place
   */
  public CompletionStage<MachineView> drain(MachineId machine, boolean force) {
    return machine(machine, replyTo -> new MachineProtocol.Drain(machine, force, replyTo));
  }

  CompletionStage<MachineView> drainGpu(MachineId machine, String gpu, boolean force) {
    return machine(machine, replyTo -> new MachineProtocol.DrainGpu(machine, gpu, force, replyTo));
  }

  /** What would come of what runs there; nothing is changed. */
  CompletionStage<List<Forecast>> foresee(
      MachineId machine, Departure.Kind kind, Optional<String> gpu) {
    return this.<MachineProtocol.Command, MachineProtocol.Foreseen>harmless(
            MachineProtocol.TYPE_KEY,
            machine.value(),
            replyTo -> new MachineProtocol.Foresee(machine, kind, gpu, replyTo))
        .thenApply(foreseen -> present(Optional.of(foreseen.forecasts()), foreseen.refused()));
  }

  /** What a deployment would come to; nothing is changed. */
  CompletionStage<Forecast> foresee(ModelSpec spec, Optional<Long> ifMatch, boolean evolve) {
    return this.<RegistryProtocol.Command, RegistryProtocol.Foreseen>harmless(
            RegistryProtocol.TYPE_KEY,
            spec.name().value(),
            replyTo -> new RegistryProtocol.ForeseeDeploy(spec, ifMatch, evolve, replyTo))
        .thenApply(foreseen -> present(foreseen.forecast(), foreseen.refused()));
  }

  CompletionStage<MachineView> label(MachineId machine, LabelChange change) {
    return machine(
        machine,
        replyTo -> new MachineProtocol.SetLabels(machine, change.set(), change.removed(), replyTo));
  }

  public CompletionStage<MachineView> machine(MachineId machine) {
    return this.<MachineProtocol.Command, MachineProtocol.Reply>harmless(
            MachineProtocol.TYPE_KEY,
            machine.value(),
            replyTo -> new MachineProtocol.Get(machine, replyTo))
        .thenApply(reply -> present(reply.machine(), reply.refused()));
  }

  public CompletionStage<List<MachineView>> machines() {
    return this.<FleetProtocol.Machines>view(FleetProtocol.ListMachines::new, askTimeout)
        .thenApply(FleetProtocol.Machines::machines);
  }

  /** The machines that are given up now; none when no mass loss was held back. */
  public CompletionStage<List<MachineId>> confirmLoss() {
    return this.<FleetProtocol.LossConfirmed>view(FleetProtocol.ConfirmLoss::new, askTimeout)
        .thenApply(FleetProtocol.LossConfirmed::machines);
  }

  public CompletionStage<List<InstanceView>> instances() {
    return this.<FleetProtocol.Instances>view(FleetProtocol.ListInstances::new, askTimeout)
        .thenApply(FleetProtocol.Instances::instances);
  }

  /** Events after {@code after}; an empty list when none came within {@code patience}. */
  public CompletionStage<List<EventView>> events(
      long after, int limit, Optional<String> subject, Duration patience) {
    return this.<FleetProtocol.Events>view(
            replyTo -> new FleetProtocol.ReadEvents(after, limit, subject, patience, replyTo),
            askTimeout.plus(patience))
        .thenApply(FleetClient::eventsOf);
  }

  /** The last events there are now, oldest of them first. */
  public CompletionStage<List<EventView>> newestEvents(int limit, Optional<String> subject) {
    return this.<FleetProtocol.Events>view(
            replyTo -> new FleetProtocol.ReadNewest(limit, subject, replyTo), askTimeout)
        .thenApply(FleetClient::eventsOf);
  }

  /** All keys, in the order of their ids. */
  public CompletionStage<List<ApiKey>> keys() {
    return keys(List.of());
  }

  /** With those that are known, and all behind them. */
  private CompletionStage<List<ApiKey>> keys(List<ApiKey> known) {
    Optional<KeyId> last =
        known.isEmpty() ? Optional.empty() : Optional.of(known.get(known.size() - 1).id());
    return access(replyTo -> new AccessProtocol.ListKeys(last, replyTo))
        .thenCompose(
            page -> {
              if (page.isEmpty()) {
                return CompletableFuture.completedStage(known);
              }
              last.ifPresent(before -> refuseNoProgress(before, page.get(0).id()));
              return keys(Stream.concat(known.stream(), page.stream()).toList());
            });
  }

  /** Whoever answers with what is known already would be asked for ever. */
  private static void refuseNoProgress(KeyId asked, KeyId told) {
    if (told.compareTo(asked) <= 0) {
      throw new IllegalStateException(
          "the registry was asked for the keys behind "
              + asked
              + " and told those from "
              + told
              + " on, so that asking it further would never end; restart the registry nodes, all"
              + " with the same version");
    }
  }

  public CompletionStage<List<ApiKey>> createKey(ApiKey key) {
    return access(replyTo -> new AccessProtocol.CreateKey(key, replyTo));
  }

  public CompletionStage<List<ApiKey>> revokeKey(KeyId id) {
    return access(replyTo -> new AccessProtocol.RevokeKey(id, replyTo));
  }

  @Override
  public CompletionStage<Portion> allowance(
      String holder, Function<ActorRef<Portion>, Ask> question) {
    return entity(AllowanceProtocol.TYPE_KEY, holder, question);
  }

  @Override
  public CompletionStage<HandedIn> handIn(Function<ActorRef<HandedIn>, HandIn> part) {
    return entity(UsageProtocol.TYPE_KEY, UsageProtocol.ENTITY_ID, part);
  }

  CompletionStage<UsageProtocol.Lines> usage(
      Function<ActorRef<UsageProtocol.Lines>, UsageProtocol.Read> question) {
    return this.<UsageProtocol.Command, UsageProtocol.Lines>harmless(
            UsageProtocol.TYPE_KEY, UsageProtocol.ENTITY_ID, question)
        .thenApply(lines -> present(Optional.of(lines), lines.refused()));
  }

  CompletionStage<List<ApiKey>> limitKey(KeyId id, Limits limits) {
    return access(replyTo -> new AccessProtocol.LimitKey(id, limits, replyTo));
  }

  CompletionStage<List<TenantLimits>> limitTenant(String tenant, Limits limits) {
    return tenants(replyTo -> new AccessProtocol.LimitTenant(tenant, limits, replyTo));
  }

  /** All that have or had limits. */
  CompletionStage<List<TenantLimits>> tenants() {
    return tenants(AccessProtocol.ListTenants::new);
  }

  private CompletionStage<List<TenantLimits>> tenants(
      Function<ActorRef<AccessProtocol.TenantReply>, AccessProtocol.Command> message) {
    return harmless(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID, message)
        .thenApply(reply -> present(Optional.of(reply.tenants()), reply.refused()));
  }

  /** Fails where it is not known to be in the journal. */
  CompletionStage<AuditProtocol.Kept> keep(AuditProtocol.Deed deed) {
    return this.<AuditProtocol.Command, AuditProtocol.Kept>entity(
            AuditProtocol.TYPE_KEY,
            AuditProtocol.ENTITY_ID,
            replyTo -> new AuditProtocol.Keep(deed, replyTo))
        .thenApply(kept -> present(Optional.of(kept), kept.refused()));
  }

  public CompletionStage<List<ApiKey>> rotateKey(
      KeyId id, String secretHash, Optional<Instant> oldUntil) {
    return access(replyTo -> new AccessProtocol.RotateKey(id, secretHash, oldUntil, replyTo));
  }

  private static List<EventView> eventsOf(FleetProtocol.Events reply) {
    reply
        .refused()
        .ifPresent(
            refused -> {
              throw Refusal.of(refused);
            });
    return reply.events();
  }

  private CompletionStage<List<ApiKey>> access(
      Function<ActorRef<AccessProtocol.Reply>, AccessProtocol.Command> message) {
    return harmless(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID, message)
        .thenApply(
            reply -> {
              reply
                  .refused()
                  .ifPresent(
                      refused -> {
                        throw Refusal.of(refused);
                      });
              return reply.keys();
            });
  }

  CompletionStage<DeploymentView> deployment(
      ModelName name,
      Function<ActorRef<RegistryProtocol.Reply>, RegistryProtocol.Command> message) {
    return entity(RegistryProtocol.TYPE_KEY, name.value(), message)
        .thenApply(reply -> present(reply.deployment(), reply.refused()));
  }

  /** What may do harm when it is heard twice, and is asked of a name's owner. */
  <R> CompletionStage<R> owner(
      ModelName name, Function<ActorRef<R>, RegistryProtocol.Command> message) {
    return entity(RegistryProtocol.TYPE_KEY, name.value(), message);
  }

  /** What may be asked again while no answer has come. */
  <R> CompletionStage<R> ownerAgain(
      ModelName name, Function<ActorRef<R>, RegistryProtocol.Command> message) {
    return harmless(RegistryProtocol.TYPE_KEY, name.value(), message);
  }

  private CompletionStage<MachineView> machine(
      MachineId id, Function<ActorRef<MachineProtocol.Reply>, MachineProtocol.Command> message) {
    return entity(MachineProtocol.TYPE_KEY, id.value(), message)
        .thenApply(reply -> present(reply.machine(), reply.refused()));
  }

  /** A refusal wins: a conflict comes with the deployment that is in the way. */
  static <T> T present(Optional<T> value, Optional<Refused> refused) {
    if (refused.isPresent()) {
      throw Refusal.of(refused.get());
    }
    return value.orElseThrow(() -> new IllegalStateException("the registry answered nothing"));
  }

  /** What may do harm when it is heard twice, as {@link OwnerQuestion#once} says. */
  <M, R> CompletionStage<R> entity(
      EntityTypeKey<M> type, String id, Function<ActorRef<R>, ? extends M> message) {
    return ask(
        type,
        id,
        (system, entity) ->
            question.once(() -> registries(system), left -> entity.<R>ask(message::apply, left)));
  }

  /** As {@link OwnerQuestion#again} says. */
  <M, R> CompletionStage<R> harmless(
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
    Optional<ActorSystem<?>> system = link.system();
    if (system.isEmpty() || !hasRegistry(system.get())) {
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

  private <R> CompletionStage<R> view(
      Function<ActorRef<R>, FleetProtocol.Command> message, Duration timeout) {
    Link now = link;
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
        AskPattern.ask(view.get(), message::apply, timeout, now.system().get().scheduler()));
  }

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
