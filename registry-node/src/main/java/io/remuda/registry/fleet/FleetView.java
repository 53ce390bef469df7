package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.FleetProtocol.Command;
import io.remuda.protocol.FleetProtocol.ConfirmLoss;
import io.remuda.protocol.FleetProtocol.Leaving;
import io.remuda.protocol.FleetProtocol.ListInstances;
import io.remuda.protocol.FleetProtocol.ListMachines;
import io.remuda.protocol.FleetProtocol.LossConfirmed;
import io.remuda.protocol.FleetProtocol.ReadEvents;
import io.remuda.protocol.FleetProtocol.ReadNewest;
import io.remuda.protocol.FleetProtocol.Report;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.FleetMessage.CapacityTold;
import io.remuda.registry.fleet.FleetMessage.Joined;
import io.remuda.registry.fleet.FleetMessage.LossTold;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.fleet.FleetMessage.MembersSeen;
import io.remuda.registry.fleet.FleetMessage.Watch;
import io.remuda.registry.journal.EventTail;
import io.remuda.registry.placement.FleetSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fleet as one registry node sees it: soft state, rebuilt from reports within seconds.
 *
 * <p>It takes machines' reports, pings each machine once a tick for all instances that the registry
 * actors of this node own, folds in the cluster's membership, and shows the result as an immutable
 * {@link FleetSnapshot}. It decides nothing about instances; their registry actors do.
 */
public final class FleetView extends AbstractBehavior<Command> {

  private static final Duration SHOW_AFTER = Duration.ofMillis(10);

  private record OwnerStopped(ActorRef<RegistryProtocol.Command> owner) implements Command {}

  private record Ponged(NodeProtocol.Pong pong) implements Command {}

  private enum Tick implements Command {
    PING,
    SHOW
  }

  private final Fleet fleet;
  private final RegistrySettings settings;
  private final Clock clock;
  private final RegistryActors registry;
  private final FleetAnswers answers;
  private final TimerScheduler<Command> timers;
  private final Pings pings;
  private final Machines machines = new Machines();
  private final OwnPause own;
  private final Watches watches = new Watches();

  /** Machines of which something new was heard that the snapshot does not show yet. */
  private final Set<MachineId> news = new HashSet<>();

  private LossBrake brake = LossBrake.OFF;
  private long ticks;

  private FleetView(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Fleet fleet,
      RegistrySettings settings,
      Clock clock,
      RegistryActors registry,
      ActorRef<EventTail.Command> events) {
    super(context);
    this.timers = timers;
    this.fleet = fleet;
    this.settings = settings;
    this.clock = clock;
    this.registry = registry;
    this.answers = new FleetAnswers(fleet, settings.reconcile().suspectAfter(), events);
    this.own = new OwnPause(settings.pingInterval(), clock.instant());
    this.pings = new Pings(context.messageAdapter(NodeProtocol.Pong.class, Ponged::new));
    timers.startTimerWithFixedDelay(Tick.PING, settings.pingInterval());
  }

  public static Behavior<Command> create(
      Fleet fleet,
      RegistrySettings settings,
      Clock clock,
      RegistryActors registry,
      ActorRef<EventTail.Command> events) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new FleetView(context, timers, fleet, settings, clock, registry, events)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Report.class, this::onReport)
        .onMessage(Ponged.class, ponged -> onPong(ponged.pong()))
        .onMessage(Watch.class, this::onWatch)
        .onMessage(
            OwnerStopped.class, stopped -> asked(() -> watches.ownerStopped(stopped.owner())))
        .onMessage(MembersSeen.class, this::onMembers)
        .onMessageEquals(Joined.JOINED, () -> asked(() -> own.joined(clock.instant())))
        .onMessage(MachineDecided.class, told -> asked(() -> machines.decided(told, this::show)))
        .onMessage(
            CapacityTold.class,
            told ->
                // At once: the next placement may be on its way already.
                asked(() -> machines.capacity(told.machine(), told.capacity(), this::show)))
        .onMessage(Leaving.class, this::onLeaving)
        .onMessage(
            ListMachines.class, wish -> asked(() -> answers.machines(wish, machines.decided())))
        .onMessage(ListInstances.class, wish -> asked(() -> answers.instances(wish)))
        .onMessage(ReadEvents.class, wish -> asked(() -> answers.events(wish)))
        .onMessage(ReadNewest.class, wish -> asked(() -> answers.newest(wish)))
        .onMessage(ConfirmLoss.class, this::onConfirmLoss)
        .onMessage(LossTold.class, this::onLossTold)
        .onMessageEquals(Tick.PING, this::onTick)
        .onMessageEquals(Tick.SHOW, () -> asked(this::show))
        .build();
  }

  private Behavior<Command> asked(Runnable answer) {
    answer.run();
    return this;
  }

  private Behavior<Command> onReport(Report said) {
    NodeReport report = said.report();
    MachineId id = report.machine();
    Optional<NodeHealth> known = machines.get(id);
    if (!machines.reported(report, said.agent(), clock.instant())) {
      return this;
    }
    boolean newLife =
        known.map(last -> last.report().incarnation() != report.incarnation()).orElse(true);
    if (newLife) {
      getContext()
          .getLog()
          .info(
              "event=machine-joined machine={} host={} incarnation={} instances={}",
              id,
              report.hostName(),
              report.incarnation(),
              report.instances().size());
    }
    if (newLife || !report.settled()) {
      tellItsActor(said.agent(), report);
    }
    if (known.map(last -> last.left() || !last.tellsTheSame(report)).orElse(true)) {
      news.add(id);
    }
    watches.ownerless(report).forEach(registry::wake);
    showSoon();
    return this;
  }

  private void tellItsActor(ActorRef<NodeProtocol.Command> agent, NodeReport report) {
    registry.machineSeen(
        report.machine(), Optional.of(agent), Optional.of(report), getContext().getSelf());
  }

  private Behavior<Command> onPong(NodeProtocol.Pong pong) {
    Optional<NodeHealth> known = machines.get(pong.machine());
    machines.answered(pong, clock.instant());
    Optional<NodeHealth> next = machines.get(pong.machine());
    if (next.isPresent() && !known.orElseThrow().tellsTheSame(next.get().report())) {
      news.add(pong.machine());
      showSoon();
    }
    return this;
  }

  private Behavior<Command> onWatch(Watch watch) {
    watches.put(watch);
    getContext().watchWith(watch.owner(), new OwnerStopped(watch.owner()));
    return this;
  }

  private Behavior<Command> onMembers(MembersSeen seen) {
    machines.members(seen);
    show();
    machines.ids().forEach(this::changed);
    return this;
  }

  private Behavior<Command> onLeaving(Leaving leaving) {
    if (machines.leaving(leaving.machine(), leaving.incarnation())) {
      getContext().getLog().info("event=machine-leaving machine={}", leaving.machine());
      show();
      changed(leaving.machine());
    }
    return this;
  }

  private Behavior<Command> onTick() {
    leaveOutOwnPause();
    // Machines that have been gone for very long and hold nothing are listed no more.
    machines.forget(clock.instant().minus(settings.forgetAfter()), watches.machines());
    pings.send(machines, watches.instancesByMachine(), clock.instant());
    show();
    ticks++;
    Duration wake = settings.wakeInterval();
    if (ticks % Math.max(1, wake.toMillis() / settings.pingInterval().toMillis()) == 0) {
      watches.forgetWoken();
    }
    // A machine's registry actor hears of it now and then, so that a lost word is made good.
    if (ticks % 5 == 0) {
      machines.all().forEach(health -> tellItsActor(health.agent(), health.report()));
    }
    return this;
  }

  private void leaveOutOwnPause() {
    Instant now = clock.instant();
    own.ran(now)
        .ifPresent(
            pause -> {
              getContext()
                  .getLog()
                  .warn(
                      "event=own-pause millis={} text=\"this registry node was not run for so"
                          + " long; that is not counted as the machines' silence\"",
                      pause.toMillis());
              brake = brake.withoutPause(pause);
              machines.withoutPause(pause, now);
            });
  }

  private void showSoon() {
    if (!timers.isTimerActive(Tick.SHOW)) {
      timers.startSingleTimer(Tick.SHOW, SHOW_AFTER);
    }
  }

  private void show() {
    leaveOutOwnPause();
    Instant now = clock.instant();
    look(now);
    fleet.show(
        FleetSnapshot.of(own.watching(now), brake.holds(), machines.seen(now)), machines.agents());
    // Who looks now sees it.
    List<MachineId> told = List.copyOf(news);
    news.clear();
    told.forEach(this::changed);
  }

  /** Pulls or lets go the mass-loss brake. */
  private void look(Instant now) {
    LossBrake before = brake;
    brake = brake.after(settings.brake(), silences(now), now);
    if (brake.holds() && !before.holds()) {
      getContext()
          .getLog()
          .warn(
              "event=mass-loss machines={} until={} text=\"so many machines fell silent at once"
                  + " that nothing is placed elsewhere; look at the network first, and confirm the"
                  + " loss if they are really gone\"",
              silent(now).size(),
              brake.until().get());
    }
  }

  private Set<MachineId> silent(Instant now) {
    return LossBrake.silent(settings.brake(), silences(now));
  }

  private Map<MachineId, Duration> silences(Instant now) {
    return machines.silences(watches.machines(), own.watching(now), now);
  }

  private Behavior<Command> onConfirmLoss(ConfirmLoss wish) {
    show();
    Set<MachineId> gone = brake.holds() ? silent(clock.instant()) : Set.of();
    List<MachineId> told = gone.stream().sorted().toList();
    // Each registry node has a brake of its own, which may hold though this one does not.
    registry.lossTold(told);
    giveUp(gone);
    wish.replyTo().tell(new LossConfirmed(told));
    return this;
  }

  private Behavior<Command> onLossTold(LossTold told) {
    show();
    Set<MachineId> gone = new HashSet<>(told.machines());
    if (brake.holds()) {
      gone.addAll(silent(clock.instant()));
    }
    giveUp(gone);
    return this;
  }

  private void giveUp(Set<MachineId> gone) {
    if (!gone.isEmpty()) {
      getContext().getLog().info("event=mass-loss-confirmed machines={}", gone);
      brake = brake.confirmedFor(gone);
      show();
      gone.forEach(this::changed);
    }
  }

  private void changed(MachineId machine) {
    watches.ownersOn(machine).forEach(registry::changed);
  }
}
