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
import io.remuda.registry.journal.EntityRecovery;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;
import java.time.Instant;
import java.util.Optional;

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
  record Looked(
      Departure departure, long version, MachineProtocol.Foreseen foreseen, ActorRef<Reply> caller)
      implements Command {}

  record Waited(ActorRef<Reply> caller) implements Command {}

  record ViewGone(ActorRef<FleetProtocol.Command> view) implements Command {}

  private final ActorContext<Command> context;
  private final MachineId machine;
  private final Surroundings around;
  private final WaitingCommands<Command> unheard;
  private final Succession<Command> succession;
  private final EntityRecovery<Command> recovery;
  private final Obedience obedience;
  private final MachineReplies replies;
  private final MachineSteps steps;
  private final Draining draining;

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
    this.machine = machine;
    this.around = around;
    this.unheard = unheard;
    this.succession = succession;
    this.recovery =
        new EntityRecovery<>(
            context,
            new EntityRecovery.Subject(
                PersistenceIds.machine(machine.value()),
                "machine " + machine,
                "machine=" + machine),
            around.unreadable(),
            around.storeDown(),
            unheard,
            succession);
    this.obedience =
        new Obedience(
            around.journal(),
            context.messageAdapter(NodeProtocol.MachineStateSet.class, Answered::new));
    this.replies = new MachineReplies(machine, around);
    this.steps = new MachineSteps(context, timers, Effect(), machine, around, obedience, replies);
    this.draining = new Draining(context, machine, around, replies, steps);
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
            state -> recovery.completed(state.sequence(), lastSequenceNumber(context)))
        .onSignal(RecoveryFailed.class, (state, failed) -> recovery.failed(failed.getFailure()))
        .onSignal(PostStop.instance(), state -> steps.end())
        .build();
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
            (state, c) -> steps.change(state, MachineDecider.cordon(state, now()), c.replyTo()))
        .onCommand(
            MachineProtocol.Uncordon.class,
            (state, c) -> steps.change(state, MachineDecider.uncordon(state, now()), c.replyTo()))
        .onCommand(
            MachineProtocol.Drain.class,
            (state, c) -> draining.drain(state, Optional.empty(), c.force(), c.replyTo()))
        .onCommand(
            MachineProtocol.DrainGpu.class,
            (state, c) ->
                steps.onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid -> draining.drain(state, Optional.of(uuid), c.force(), c.replyTo())))
        .onCommand(Looked.class, draining::looked)
        .onCommand(MachineProtocol.Foresee.class, draining::foresee)
        .onCommand(
            MachineProtocol.CordonGpu.class,
            (state, c) ->
                steps.onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid ->
                        steps.change(
                            state, MachineDecider.cordonGpu(state, uuid, now()), c.replyTo())))
        .onCommand(
            MachineProtocol.UncordonGpu.class,
            (state, c) ->
                steps.onGpu(
                    state,
                    c.gpu(),
                    c.replyTo(),
                    uuid ->
                        steps.change(
                            state, MachineDecider.uncordonGpu(state, uuid, now()), c.replyTo())))
        .onCommand(
            MachineProtocol.SetLabels.class,
            (state, c) ->
                steps.change(
                    state,
                    MachineDecider.label(state, c.labels(), c.removed(), now()),
                    c.replyTo()))
        .onCommand(MachineProtocol.Get.class, (state, c) -> steps.get(state, c.replyTo()))
        .onCommand(Seen.class, this::onSeen)
        .onCommand(
            Written.class,
            (state, written) ->
                steps.aside(() -> recovery.told(state.sequence(), written.sequence(), written)))
        .onCommand(Answered.class, this::onAnswered)
        .onCommand(
            Waited.class,
            // The change stands; the view shows that the machine has not confirmed it.
            (state, waited) ->
                steps.aside(() -> obedience.giveUp(waited.caller(), replies.shown(state))))
        .onCommand(ViewGone.class, (state, gone) -> steps.aside(() -> steps.gone(gone.view())))
        .build();
  }

  private Effect<MachineEvent, MachineState> onSeen(MachineState state, Seen seen) {
    steps.tells(state, seen.view());
    if (seen.agent().isPresent() && seen.report().isPresent()) {
      obedience.heard(state, seen.agent().get(), seen.report().get());
    }
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

  private Instant now() {
    return around.clock().instant();
  }
}
