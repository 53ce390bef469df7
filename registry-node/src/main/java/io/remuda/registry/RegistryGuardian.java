package io.remuda.registry;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.cluster.PeerRefused;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.JournalWarmUp;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.model.RegistryMeters;
import io.remuda.registry.model.Surroundings;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Root of a registry node: brings up the journal, the fleet view and the sharded entities, wakes
 * every name that the journal knows, and watches the database.
 *
 * <p>The node lives while its database does not: entities refuse until it answers. An embedded
 * journal serves one registry node; in a fleet that has another one it starts no entity and ends.
 */
final class RegistryGuardian extends AbstractBehavior<RegistryGuardian.Command> {

  private static final int HOST_AFTER_RETRIES = 10;

  /** What the guardian is told. */
  interface Command {}

  private record Prepared(Optional<Throwable> failure) implements Command {}

  private record Probed(boolean wasUp, Optional<Throwable> failure) implements Command {}

  private record TurnedAway(PeerRefused peer) implements Command {}

  private record JournalWarm(boolean read) implements Command {}

  private enum Tick implements Command {
    PREPARE,
    PROBE,
    JOINED,
    HOST_ANYWAY,
    WARM_JOURNAL
  }

  private final JournalStore store;
  private final RegistrySettings settings;
  private final RegistryStatus status;
  private final Clock clock = new SteadyClock();
  private final Fleet fleet = new Fleet();
  private final RegistryMeters meters = new RegistryMeters();
  private final Unreadable unreadable = new Unreadable();
  private final TimerScheduler<Command> timers;
  private final Aside aside;
  private final Entities entities;
  private final JournalHealth health;
  private final ActorRef<FleetProtocol.Command> view;
  private final ActorRef<Waker.Command> waker;
  private final Hosting hosting;

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
    this.aside = new Aside(context.getSystem());
    this.health = new JournalHealth(store, status, context.getLog());
    this.entities = new Entities(context.getSystem(), store);
    this.hosting =
        new Hosting(
            Cluster.get(context.getSystem()), () -> entities.open(settings, this::surroundings));
    Residents residents =
        Residents.spawn(context, store, settings, status, clock, fleet, entities, aside);
    this.view = residents.view();
    this.waker = residents.waker();
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
    context.getSelf().tell(Tick.PREPARE);
    context.getSelf().tell(Tick.JOINED);
    timers.startSingleTimer(
        Tick.HOST_ANYWAY, store.settings().retryInterval().multipliedBy(HOST_AFTER_RETRIES));
    timers.startTimerWithFixedDelay(Tick.PROBE, store.settings().retryInterval());
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
        .onMessageEquals(Waker.Doubt.STORE, this::askStore)
        .onMessage(Prepared.class, this::onPrepared)
        .onMessage(Probed.class, this::onProbed)
        .onMessage(Waker.KeysTold.class, this::onKeys)
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
              getContext().getLog().info("event=part-ended node=registry part=journal");
              return this;
            })
        .build();
  }

  private Behavior<Command> prepare() {
    getContext()
        .pipeToSelf(
            aside.call(store::prepare),
            (id, failure) -> new Prepared(Optional.ofNullable(failure)));
    return this;
  }

  private Behavior<Command> onPrepared(Prepared prepared) {
    if (prepared.failure().isPresent()) {
      hosting.journalAsked();
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
    hosting.journalAsked();
    return begin();
  }

  /** Entities start once this node is a member and, with an embedded journal, the only registry. */
  private Behavior<Command> onJoined() {
    if (!hosting.isMember()) {
      timers.startSingleTimer("joined", Tick.JOINED, Duration.ofMillis(50));
      return this;
    }
    Optional<Member> other = hosting.otherRegistry();
    if (store.settings().embedded() && other.isPresent()) {
      status.refusedEmbedded(other.get().address().toString());
      getContext()
          .getLog()
          .error(
              "event=embedded-journal-refused text=\"{}\"", status.notReadyBecause().orElseThrow());
      return Behaviors.stopped();
    }
    hosting.joined();
    return begin();
  }

  /** A server that takes connections and does not answer: then that is what callers are told. */
  private Behavior<Command> hostAnyway() {
    hosting.journalAsked();
    return begin();
  }

  private Behavior<Command> begin() {
    waker.tell(Waker.Tick.WAKE);
    return this;
  }

  private Surroundings surroundings() {
    return new Surroundings(
        store.id().orElseThrow(),
        settings,
        clock,
        fleet,
        view,
        entities.spread(),
        name -> aside.call(() -> store.own(PersistenceIds.model(name.value()))),
        store::markDown,
        unreadable,
        meters);
  }

  /** The first word of the API keys: from now on callers are answered in time. */
  private Behavior<Command> onKeys(Waker.KeysTold told) {
    if (!told.broken().equals(status.keysBroken()) && told.broken().isPresent()) {
      getContext().getLog().error("event=keys-broken text=\"{}\"", told.broken().get());
    }
    status.keys(told.broken());
    if (store.isUp()) {
      status.ready();
    }
    return this;
  }

  private Behavior<Command> probe() {
    meters.machines(fleet.snapshot(), settings.reconcile().suspectAfter());
    return store.isUp() ? this : askStore();
  }

  /** Whether the database answers at all; before it has done so once, {@link #prepare} asks. */
  private Behavior<Command> askStore() {
    if (store.id().isPresent()) {
      boolean wasUp = store.isUp();
      getContext()
          .pipeToSelf(
              aside.call(
                  () -> {
                    store.probe();
                    return true;
                  }),
              (done, failure) -> new Probed(wasUp, Optional.ofNullable(failure)));
    }
    return this;
  }

  private Behavior<Command> onProbed(Probed probed) {
    if (probed.failure().isPresent()) {
      health.failed(probed.failure().get());
    } else if (health.answered(probed.wasUp())) {
      begin();
    }
    return this;
  }
}
