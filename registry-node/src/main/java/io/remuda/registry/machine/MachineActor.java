package io.remuda.registry.machine;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.MachineProtocol.Command;
import io.remuda.protocol.MachineProtocol.Reply;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.journal.JournalGap;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Owner of what operators decided about one machine.
 *
 * <p>Its agent is told when it joins and after each change, again and again until it obeys; until
 * its first word an agent accepts no starts. An operator's change is in the journal before the
 * answer; the answer waits for the agent for a bounded time.
 */
public final class MachineActor extends EventSourcedBehavior<Command, MachineEvent, MachineState> {

  private static final int SNAPSHOTS_KEPT = 2;

  /** A fleet view knows the machine; with its agent and last report where it was heard. */
  public record Seen(
      MachineId machine,
      Optional<ActorRef<NodeProtocol.Command>> agent,
      Optional<NodeReport> report,
      ActorRef<FleetProtocol.Command> view)
      implements Command {}

  /** The journal holds events of the machine up to this number. */
  public record Written(MachineId machine, long sequence) implements Command {}

  private record Answered(NodeProtocol.MachineStateSet answer) implements Command {}

  /**
   * What would come of a drain that somebody waits for.
   *
   * @param version of the machine when it was asked for
   */
  private record Looked(
      Departure departure, long version, MachineProtocol.Foreseen foreseen, ActorRef<Reply> caller)
      implements Command {}

  private record Waited(ActorRef<Reply> caller) implements Command {}

  private record ViewGone(ActorRef<FleetProtocol.Command> view) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final MachineId machine;
  private final Surroundings around;
  private final WaitingCommands<Command> unheard;
  private final Succession<Command> succession;
  private final Obedience obedience;
  private final MachineReplies replies;
  private final Foreseeing foreseeing;
  private final Set<ActorRef<FleetProtocol.Command>> views = new HashSet<>();
  private Optional<ActorRef<Reply>> unanswered = Optional.empty();

  private MachineActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      MachineId machine,
      Surroundings around,
      WaitingCommands<Command> unheard,
      Succession<Command> succession) {
    super(
        PersistenceId.ofUniqueId(PersistenceIds.machine(machine.value())),
        around.unreadable().ending(PersistenceIds.machine(machine.value())));
    this.context = context;
    this.timers = timers;
    this.machine = machine;
    this.around = around;
    this.unheard = unheard;
    this.succession = succession;
    this.replies = new MachineReplies(machine, around);
    this.foreseeing = new Foreseeing(context.getSystem(), around);
    this.obedience =
        new Obedience(
            around.journal(),
            context.messageAdapter(NodeProtocol.MachineStateSet.class, Answered::new));
  }

  public static Behavior<Command> create(
      MachineId machine, Surroundings around, Succession<Command> succession) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  WaitingCommands<Command> unheard = new WaitingCommands<>(Command.class);
                  return unheard.around(
                      new MachineActor(context, timers, machine, around, unheard, succession));
                }));
  }

  @Override
  public MachineState emptyState() {
    return MachineState.empty(machine);
  }

  @Override
  public EventHandler<MachineState, MachineEvent> eventHandler() {
    return MachineState::on;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(around.settings().snapshotEvery(), SNAPSHOTS_KEPT);
  }

  @Override
  public SignalHandler<MachineState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              String id = PersistenceIds.machine(machine.value());
              JournalGap.refuseAny(id, state.sequence(), lastSequenceNumber(context));
              around.unreadable().read(id);
            })
        .onSignal(RecoveryFailed.class, (state, failed) -> onRecoveryFailed(failed.getFailure()))
        .onSignal(PostStop.instance(), state -> onStopped())
        .build();
  }

  private void onRecoveryFailed(Throwable failure) {
    String id = PersistenceIds.machine(machine.value());
    boolean storeAway = unheard.recoveryFailed("machine " + machine, failure);
    // An outage fails all entities and is told of once for all: by whoever probes the database.
    if (!storeAway && around.unreadable().isNews(id, unheard.reason().message())) {
      context.getLog().warn("event=recovery-failed machine={} why={}", machine, failure.toString());
    }
    if (storeAway) {
      around.storeDown().run();
    }
  }

  @Override
  public CommandHandler<Command, MachineEvent, MachineState> commandHandler() {
    return unheard.counting(succession.over(Effect(), MachineActor::onward, handlers()));
  }

  /** All that somebody sent; what this one told itself is not for the next. */
  private static Optional<Command> onward(Command command) {
    boolean own =
        command instanceof Written
            || command instanceof Answered
            || command instanceof Looked
            || command instanceof Waited
            || command instanceof ViewGone;
    return own ? Optional.empty() : Optional.of(command);
  }

  private CommandHandler<Command, MachineEvent, MachineState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            MachineProtocol.Cordon.class,
            (state, c) -> change(state, MachineDecider.cordon(state, now()), c.replyTo()))
        .onCommand(
            MachineProtocol.Uncordon.class,
            (state, c) -> change(state, MachineDecider.uncordon(state, now()), c.replyTo()))
        .onCommand(
            MachineProtocol.Drain.class,
            (state, c) -> drain(state, Optional.empty(), c.force(), c.replyTo()))
        .onCommand(
            MachineProtocol.DrainGpu.class,
            (state, c) ->
                onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid -> drain(state, Optional.of(uuid), c.force(), c.replyTo())))
        .onCommand(Looked.class, this::onLooked)
        .onCommand(MachineProtocol.Foresee.class, this::onForesee)
        .onCommand(
            MachineProtocol.CordonGpu.class,
            (state, c) ->
                onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid ->
                        change(state, MachineDecider.cordonGpu(state, uuid, now()), c.replyTo())))
        .onCommand(
            MachineProtocol.UncordonGpu.class,
            (state, c) ->
                onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid ->
                        change(state, MachineDecider.uncordonGpu(state, uuid, now()), c.replyTo())))
        .onCommand(
            MachineProtocol.SetLabels.class,
            (state, c) ->
                change(
                    state,
                    MachineDecider.label(state, c.labels(), c.removed(), now()),
                    c.replyTo()))
        .onCommand(
            MachineProtocol.Get.class,
            (state, c) -> {
              if (!isKnown(state)) {
                return unknown(c.replyTo());
              }
              c.replyTo().tell(replies.shown(state));
              return Effect().none();
            })
        .onCommand(Seen.class, this::onSeen)
        .onCommand(Written.class, this::onWritten)
        .onCommand(Answered.class, this::onAnswered)
        .onCommand(
            Waited.class,
            (state, waited) -> {
              // The change stands; the view shows that the machine has not confirmed it.
              obedience.giveUp(waited.caller(), replies.shown(state));
              return Effect().none();
            })
        .onCommand(
            ViewGone.class,
            (state, gone) -> {
              views.remove(gone.view());
              return Effect().none();
            })
        .build();
  }

  private Effect<MachineEvent, MachineState> onGpu(
      MachineState state,
      String named,
      ActorRef<Reply> caller,
      Function<String, Effect<MachineEvent, MachineState>> change) {
    if (!isKnown(state)) {
      return unknown(caller);
    }
    Optional<String> uuid = MachineDecider.gpu(state, replies.gpus(), named);
    if (uuid.isEmpty()) {
      caller.tell(replies.unknownGpu(named));
      return Effect().none();
    }
    return change.apply(uuid.get());
  }

  /** Not forced, it is asked first whether all that runs there has another place. */
  private Effect<MachineEvent, MachineState> drain(
      MachineState state, Optional<String> gpu, boolean force, ActorRef<Reply> caller) {
    Optional<MachineEvent> event = MachineDecider.drain(state, gpu, now());
    if (!isKnown(state) || event.isEmpty() || force) {
      return change(state, event, caller);
    }
    Departure departure = new Departure(machine, Departure.Kind.DRAIN, gpu);
    long version = state.sequence();
    context.pipeToSelf(
        foreseeing.of(departure), (seen, failure) -> new Looked(departure, version, seen, caller));
    return Effect().none();
  }

  /** Who changed the machine in the meantime spoke last, and is not overruled. */
  private Effect<MachineEvent, MachineState> onLooked(MachineState state, Looked looked) {
    Optional<MachineEvent> event = MachineDecider.drain(state, looked.departure().gpu(), now());
    Optional<Refused> refused =
        MachineDecider.changedSince(state, looked.version())
            .or(looked.foreseen()::refused)
            .or(() -> MachineDecider.lastPlace(machine, looked.foreseen().forecasts()));
    // What somebody else has drained by now is as it was wanted.
    if (event.isPresent() && refused.isPresent()) {
      looked.caller().tell(new Reply(Optional.empty(), refused));
      return Effect().none();
    }
    return change(state, event, looked.caller());
  }

  private Effect<MachineEvent, MachineState> onForesee(
      MachineState state, MachineProtocol.Foresee wish) {
    Optional<String> gpu =
        wish.gpu().flatMap(named -> MachineDecider.gpu(state, replies.gpus(), named));
    Optional<Reply> refused =
        !isKnown(state)
            ? Optional.of(replies.unknown())
            : wish.gpu().filter(named -> gpu.isEmpty()).map(replies::unknownGpu);
    if (refused.isPresent()) {
      wish.replyTo().tell(new MachineProtocol.Foreseen(List.of(), refused.get().refused()));
    } else {
      foreseeing
          .of(new Departure(machine, wish.kind(), gpu))
          .thenAccept(seen -> wish.replyTo().tell(seen));
    }
    return Effect().none();
  }

  private Effect<MachineEvent, MachineState> change(
      MachineState state, Optional<MachineEvent> event, ActorRef<Reply> caller) {
    if (!isKnown(state)) {
      return unknown(caller);
    }
    if (event.isEmpty()) {
      // Decided before does not mean obeyed.
      answerWhenObeyed(state, caller);
      return Effect().none();
    }
    unanswered = Optional.of(caller);
    long started = System.nanoTime();
    return Effect()
        .persist(event.get())
        .thenRun(
            next -> {
              unanswered = Optional.empty();
              around.meters().written(Duration.ofNanos(System.nanoTime() - started));
              context.getLog().info("event={}", event.get().text());
              views.forEach(view -> view.tell(decided(next)));
              answerWhenObeyed(next, caller);
            });
  }

  private void answerWhenObeyed(MachineState state, ActorRef<Reply> caller) {
    if (obedience.obeys(state)) {
      caller.tell(replies.obeyed(state));
      return;
    }
    obedience.await(state, caller);
    timers.startSingleTimer(caller, new Waited(caller), around.settings().cordonTimeout());
  }

  private Effect<MachineEvent, MachineState> onSeen(MachineState state, Seen seen) {
    if (views.add(seen.view())) {
      context.watchWith(seen.view(), new ViewGone(seen.view()));
    }
    seen.view().tell(decided(state));
    if (seen.agent().isPresent() && seen.report().isPresent()) {
      obedience.heard(state, seen.agent().get(), seen.report().get());
    }
    return Effect().none();
  }

  /** What an earlier owner wrote may be in the journal when this one has read it already. */
  private Effect<MachineEvent, MachineState> onWritten(MachineState state, Written written) {
    if (written.sequence() <= state.sequence()) {
      return Effect().none();
    }
    context
        .getLog()
        .warn(
            "event=behind-journal machine={} known={} written={}",
            machine,
            state.sequence(),
            written.sequence());
    succession.begin(context.getSelf(), written);
    return Effect().none();
  }

  private Effect<MachineEvent, MachineState> onAnswered(MachineState state, Answered said) {
    long version = said.answer().version();
    if (said.answer().refused().isEmpty()) {
      obedience.answered(version, true, replies.obeyed(state));
      return Effect().none();
    }
    Refused refused = said.answer().refused().get();
    context
        .getLog()
        .warn(
            "event=machine-disobeys machine={} code={} why={}",
            machine,
            refused.code(),
            refused.message());
    obedience.answered(version, false, replies.disobeyed(refused));
    return Effect().none();
  }

  private Effect<MachineEvent, MachineState> unknown(ActorRef<Reply> caller) {
    caller.tell(replies.unknown());
    return Effect().none();
  }

  private boolean isKnown(MachineState state) {
    return state.sequence() > 0
        || obedience.hasAgent()
        || around.fleet().snapshot().machine(machine).isPresent();
  }

  private FleetMessage.MachineDecided decided(MachineState state) {
    return new FleetMessage.MachineDecided(
        machine, state.sequence(), state.cordoned(), state.draining(), state.drainingGpus());
  }

  private void onStopped() {
    unanswered.ifPresent(
        caller -> {
          around.storeDown().run();
          caller.tell(replies.unconfirmed());
        });
    // Their changes are in the journal; the machine will be told from elsewhere.
    obedience.giveUpAll(replies.untold());
  }

  private Instant now() {
    return around.clock().instant();
  }
}
