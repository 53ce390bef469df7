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
import io.remuda.protocol.FleetProtocol.Demand;
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
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.FleetMessage.CapacityTold;
import io.remuda.registry.fleet.FleetMessage.Joined;
import io.remuda.registry.fleet.FleetMessage.LossTold;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.fleet.FleetMessage.MembersSeen;
import io.remuda.registry.fleet.FleetMessage.Watch;
import io.remuda.registry.journal.EventTail;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
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
  private final Clock clock;
  private final RegistryActors registry;
  private final FleetAnswers answers;
  private final TimerScheduler<Command> timers;
  private final FleetBook book;

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
    this.clock = clock;
    this.registry = registry;
    this.answers = new FleetAnswers(fleet, settings.reconcile().suspectAfter(), events);
    this.book =
        new FleetBook(
            settings,
            context.messageAdapter(NodeProtocol.Pong.class, Ponged::new),
            clock.instant());
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
        .onMessage(OwnerStopped.class, stopped -> asked(() -> book.ownerStopped(stopped.owner())))
        .onMessage(MembersSeen.class, this::onMembers)
        .onMessageEquals(Joined.JOINED, () -> asked(() -> book.joined(clock.instant())))
        .onMessage(MachineDecided.class, told -> asked(() -> showIf(book.decided(told))))
        .onMessage(
            CapacityTold.class,
            told ->
                // At once: the next placement may be on its way already.
                asked(() -> showIf(book.capacity(told))))
        .onMessage(Leaving.class, this::onLeaving)
        // The next tick shows it: whoever waits for a model tells its owner at once.
        .onMessage(Demand.class, told -> asked(() -> book.demanded(told, clock.instant())))
        .onMessage(ListMachines.class, wish -> asked(() -> answers.machines(wish, book.decided())))
        .onMessage(ListInstances.class, wish -> asked(() -> answers.instances(wish)))
        .onMessage(ReadEvents.class, wish -> asked(() -> answers.events(wish)))
        .onMessage(ReadNewest.class, wish -> asked(() -> answers.newest(wish)))
        .onMessage(FleetMessage.ReadStory.class, wish -> asked(() -> answers.story(wish)))
        .onMessage(
            FleetMessage.ToOwner.class,
            word -> asked(() -> registry.tell(word.name(), word.command())))
        .onMessage(
            FleetMessage.LeaseUnheard.class,
            word -> asked(() -> registry.leaseUnheard(word.lease(), word.model(), word.number())))
        // The next look shows it: nothing is urgent about who may give way.
        .onMessage(FleetMessage.Listed.class, said -> asked(() -> book.listed(said.lines())))
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
    Optional<FleetBook.Word> heard = book.reported(said, clock.instant());
    if (heard.isEmpty()) {
      return this;
    }
    FleetBook.Word word = heard.get();
    if (word.newLife()) {
      getContext()
          .getLog()
          .info(
              "event=machine-joined machine={} host={} incarnation={} instances={}",
              word.report().machine(),
              word.report().hostName(),
              word.report().incarnation(),
              word.report().instances().size());
    }
    if (word.isUrgent()) {
      tellItsActor(said);
    }
    word.ownerless().forEach(registry::wake);
    showSoon();
    return this;
  }

  private void tellItsActor(Report said) {
    registry.machineSeen(
        said.report().machine(),
        Optional.of(said.agent()),
        Optional.of(said.report()),
        getContext().getSelf());
  }

  private Behavior<Command> onPong(NodeProtocol.Pong pong) {
    if (book.answered(pong, clock.instant())) {
      showSoon();
    }
    return this;
  }

  private Behavior<Command> onWatch(Watch watch) {
    book.watched(watch);
    getContext().watchWith(watch.owner(), new OwnerStopped(watch.owner()));
    return this;
  }

  private Behavior<Command> onMembers(MembersSeen seen) {
    book.members(seen);
    show();
    book.ids().forEach(this::changed);
    return this;
  }

  private Behavior<Command> onLeaving(Leaving leaving) {
    if (book.leaving(leaving)) {
      getContext().getLog().info("event=machine-leaving machine={}", leaving.machine());
      show();
      changed(leaving.machine());
    }
    return this;
  }

  private Behavior<Command> onTick() {
    leaveOutOwnPause();
    boolean tell = book.tick(clock.instant());
    show();
    if (tell) {
      book.lastWords().forEach(this::tellItsActor);
    }
    return this;
  }

  private void leaveOutOwnPause() {
    book.withoutOwnPause(clock.instant())
        .ifPresent(
            pause ->
                getContext()
                    .getLog()
                    .warn(
                        "event=own-pause millis={} text=\"this registry node was not run for so"
                            + " long; that is not counted as the machines' silence\"",
                        pause.toMillis()));
  }

  private void showSoon() {
    if (!timers.isTimerActive(Tick.SHOW)) {
      timers.startSingleTimer(Tick.SHOW, SHOW_AFTER);
    }
  }

  private void showIf(boolean news) {
    if (news) {
      show();
    }
  }

  private void show() {
    leaveOutOwnPause();
    Instant now = clock.instant();
    look(now);
    fleet.show(book.snapshot(now), book.agents());
    // Who looks now sees it.
    book.takeNews().forEach(this::changed);
  }

  /** Pulls or lets go the mass-loss brake. */
  private void look(Instant now) {
    if (book.brakes(now)) {
      getContext()
          .getLog()
          .warn(
              "event=mass-loss machines={} until={} text=\"so many machines fell silent at once"
                  + " that nothing is placed elsewhere; look at the network first, and confirm the"
                  + " loss if they are really gone\"",
              book.silent(now).size(),
              book.brakedUntil().orElse(now));
    }
  }

  private Behavior<Command> onConfirmLoss(ConfirmLoss wish) {
    show();
    Set<MachineId> gone = book.held(clock.instant());
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
    gone.addAll(book.held(clock.instant()));
    giveUp(gone);
    return this;
  }

  private void giveUp(Set<MachineId> gone) {
    if (!gone.isEmpty()) {
      getContext().getLog().info("event=mass-loss-confirmed machines={}", gone);
      book.confirmed(gone);
      show();
      gone.forEach(this::changed);
    }
  }

  private void changed(MachineId machine) {
    book.ownersOn(machine).forEach(registry::changed);
  }
}
