package io.remuda.registry;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.cluster.PeerRefused;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetView;
import io.remuda.registry.fleet.Membership;
import io.remuda.registry.journal.EventTail;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.JournalWarmUp;
import io.remuda.registry.journal.LateCommands;
import io.remuda.registry.model.RegistryMeters;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.standing.RegistryVoice;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Root of a registry node: brings up the journal, the fleet view and the sharded entities, wakes
 * every name that the journal knows, and watches the database.
 *
 * <p>The node lives while its database does not: entities refuse until it answers. An embedded
 * journal serves one registry node; in a fleet that has another one it starts no entity and ends.
 */
final class RegistryGuardian extends AbstractBehavior<RegistryGuardian.Command> {

  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(10);
  private static final int HOST_AFTER_RETRIES = 10;

  /** What the guardian is told. */
  interface Command {}

  private record Prepared(Optional<Throwable> failure) implements Command {}

  private record NamesRead(List<JournalStore.Named> names, long from, Optional<Throwable> failure)
      implements Command {}

  private record Probed(Optional<Throwable> failure) implements Command {}

  private record TurnedAway(PeerRefused peer) implements Command {}

  private record WarmedUp(boolean answered) implements Command {}

  private record JournalWarm(boolean read) implements Command {}

  private enum Tick implements Command {
    PREPARE,
    WAKE,
    PROBE,
    WARM_UP,
    JOINED,
    HOST_ANYWAY,
    WARM_JOURNAL,
    REGISTRY_GONE
  }

  private final JournalStore store;
  private final RegistrySettings settings;
  private final RegistryStatus status;
  private final Clock clock = new SteadyClock();
  private final Fleet fleet = new Fleet();
  private final RegistryMeters meters = new RegistryMeters();
  private final TimerScheduler<Command> timers;
  private final Executor blocking;
  private final Entities entities;
  private final JournalHealth health;
  private final ActorRef<FleetProtocol.Command> view;
  private boolean mayAskJournal;
  private boolean mayHost;
  private boolean hosting;

  private RegistryGuardian(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      JournalStore store,
      RegistrySettings settings,
      RegistryStatus status) {
    super(context);
    this.store = store;
    this.settings = settings;
    this.status = status;
    this.timers = timers;
    this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    this.health = new JournalHealth(store, status, context.getLog());
    this.entities = new Entities(context.getSystem(), store);
    ActorRef<EventTail.Command> tail =
        context.spawn(
            Behaviors.supervise(EventTail.create(store, clock))
                .onFailure(SupervisorStrategy.restart()),
            "events");
    this.view =
        context.spawn(FleetView.create(fleet, settings, clock, entities, tail), "fleet-view");
    context.spawn(
        Behaviors.supervise(LateCommands.create(store)).onFailure(SupervisorStrategy.restart()),
        "late-commands");
    context.spawn(
        Behaviors.supervise(RegistryVoice.create(status, InstantSource.system()))
            .onFailure(SupervisorStrategy.restart()),
        "voice");
    ActorRef<Command> self = context.getSelf();
    context.spawn(
        Membership.create(view, settings.flapping(), clock, () -> self.tell(Tick.REGISTRY_GONE)),
        "membership");
    context.getSystem().receptionist().tell(Receptionist.register(FleetProtocol.FLEET_KEY, view));
    CoordinatedShutdown.get(context.getSystem())
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "remuda-registry-quiet",
            () -> {
              entities.close();
              return CompletableFuture.completedFuture(Done.getInstance());
            });
    ActorRef<PeerRefused> door = context.messageAdapter(PeerRefused.class, TurnedAway::new);
    context.getSystem().eventStream().tell(new EventStream.Subscribe<>(PeerRefused.class, door));
    self.tell(Tick.PREPARE);
    self.tell(Tick.JOINED);
    timers.startSingleTimer(
        Tick.HOST_ANYWAY, store.settings().retryInterval().multipliedBy(HOST_AFTER_RETRIES));
    timers.startTimerWithFixedDelay(Tick.PROBE, store.settings().retryInterval());
    timers.startTimerWithFixedDelay(Tick.WAKE, settings.wakeInterval());
  }

  static Behavior<Command> create(
      JournalStore store, RegistrySettings settings, RegistryStatus status) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new RegistryGuardian(context, timers, store, settings, status)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Tick.PREPARE, this::prepare)
        .onMessageEquals(Tick.JOINED, this::onJoined)
        .onMessageEquals(Tick.HOST_ANYWAY, this::hostAnyway)
        .onMessageEquals(Tick.WARM_JOURNAL, this::warmJournal)
        .onMessage(JournalWarm.class, this::onJournalWarm)
        .onMessageEquals(Tick.PROBE, this::probe)
        .onMessageEquals(Tick.WAKE, this::wakeAll)
        .onMessageEquals(Tick.WARM_UP, this::warmUp)
        .onMessageEquals(Tick.REGISTRY_GONE, this::wakeAll)
        .onMessage(Prepared.class, this::onPrepared)
        .onMessage(Probed.class, this::onProbed)
        .onMessage(NamesRead.class, this::onNames)
        .onMessage(WarmedUp.class, this::onWarmedUp)
        .onMessage(
            TurnedAway.class,
            turned -> {
              entities.refused(turned.peer());
              return this;
            })
        .onSignal(
            PostStop.class,
            signal -> {
              status.notReady("the registry node is stopping");
              store.close();
              return this;
            })
        .build();
  }

  private Behavior<Command> prepare() {
    getContext()
        .pipeToSelf(
            aside(store::prepare), (id, failure) -> new Prepared(Optional.ofNullable(failure)));
    return this;
  }

  private Behavior<Command> onPrepared(Prepared prepared) {
    if (prepared.failure().isPresent()) {
      mayAskJournal = true;
      openEntities();
      health.failed(prepared.failure().get());
      timers.startSingleTimer("prepare-again", Tick.PREPARE, store.settings().retryInterval());
      return this;
    }
    health.ready();
    return warmJournal();
  }

  /** The first use of the plug-in takes seconds on a busy machine; no name should wait for it. */
  private Behavior<Command> warmJournal() {
    ActorRef<Boolean> answer =
        getContext().messageAdapter(Boolean.class, read -> new JournalWarm(read));
    getContext().spawnAnonymous(JournalWarmUp.create(answer));
    return this;
  }

  private Behavior<Command> onJournalWarm(JournalWarm warm) {
    if (!warm.read()) {
      timers.startSingleTimer(Tick.WARM_JOURNAL, store.settings().retryInterval());
      return this;
    }
    mayAskJournal = true;
    openEntities();
    return begin();
  }

  /** Entities start once this node is a member and, with an embedded journal, the only registry. */
  private Behavior<Command> onJoined() {
    if (Cluster.get(getContext().getSystem()).selfMember().status() != MemberStatus.up()) {
      timers.startSingleTimer("joined", Tick.JOINED, Duration.ofMillis(50));
      return this;
    }
    Optional<Member> other = otherRegistry();
    if (store.settings().embedded() && other.isPresent()) {
      status.refusedEmbedded(other.get().address().toString());
      getContext()
          .getLog()
          .error(
              "event=embedded-journal-refused text=\"{}\"", status.notReadyBecause().orElseThrow());
      return Behaviors.stopped();
    }
    mayHost = true;
    openEntities();
    return begin();
  }

  /**
   * From now on names are asked for here. While the journal is being prepared for the first time
   * they would be refused, though another node may have it already; a database that is away is no
   * reason to wait, since that is the answer then.
   */
  private void openEntities() {
    if (mayHost && mayAskJournal && !hosting) {
      hosting = true;
      entities.open(settings, this::surroundings);
    }
  }

  /** A server that takes connections and does not answer: then that is what callers are told. */
  private Behavior<Command> hostAnyway() {
    mayAskJournal = true;
    openEntities();
    return begin();
  }

  private Optional<Member> otherRegistry() {
    Cluster cluster = Cluster.get(getContext().getSystem());
    for (Member member : cluster.state().getMembers()) {
      boolean other = !member.address().equals(cluster.selfMember().address());
      if (other && member.hasRole(Keys.ROLE_REGISTRY) && member.status() != MemberStatus.down()) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  private Behavior<Command> begin() {
    if (entities.isOpen() && store.isUp()) {
      wakeAll();
      warmUp();
    }
    return this;
  }

  private Surroundings surroundings() {
    return new Surroundings(
        store.id().orElseThrow(),
        settings,
        clock,
        fleet,
        view,
        entities.spread()::listing,
        () -> aside(store::nextTerm),
        store::markDown,
        meters);
  }

  /** The first ask to a sharded entity takes seconds; this one is nobody's. */
  private Behavior<Command> warmUp() {
    if (!store.isUp()) {
      // Begun again when the database is back.
      return this;
    }
    getContext()
        .pipeToSelf(
            entities.askKeys(WARM_UP_LIMIT),
            (reply, failure) -> new WarmedUp(failure == null && reply.refused().isEmpty()));
    return this;
  }

  private Behavior<Command> onWarmedUp(WarmedUp warm) {
    if (!warm.answered()) {
      timers.startSingleTimer("warm-up", Tick.WARM_UP, store.settings().retryInterval());
    } else {
      status.ready();
    }
    return this;
  }

  private Behavior<Command> wakeAll() {
    if (entities.isOpen() && store.isUp()) {
      getContext()
          .pipeToSelf(
              aside(store::names),
              (names, failure) ->
                  new NamesRead(
                      names == null ? List.of() : names, 0, Optional.ofNullable(failure)));
    }
    return this;
  }

  private Behavior<Command> onNames(NamesRead read) {
    read.failure().ifPresent(health::failed);
    read.names().forEach(named -> entities.wake(named, view));
    return this;
  }

  private Behavior<Command> probe() {
    meters.machines(fleet.snapshot(), settings.reconcile().suspectAfter());
    if (store.id().isPresent() && !store.isUp()) {
      getContext()
          .pipeToSelf(
              aside(
                  () -> {
                    store.probe();
                    return true;
                  }),
              (done, failure) -> new Probed(Optional.ofNullable(failure)));
    }
    return this;
  }

  private Behavior<Command> onProbed(Probed probed) {
    if (probed.failure().isPresent()) {
      health.failed(probed.failure().get());
    } else {
      health.back();
      begin();
    }
    return this;
  }

  /** On a thread that may block. */
  private <T> CompletionStage<T> aside(Callable<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        blocking);
  }
}
