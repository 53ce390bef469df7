package io.remuda.registry.lease;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.RecipientRef;
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
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Owner of one lease: claims an instance of each of its models, tells machines to hold them, and
 * gives all back when it is over.
 *
 * <p>A shell: {@link LeaseDecider} decides. What it says to others rests on what is in a journal,
 * its own or a model's owner's, and is said again and again. A renewal is written only where it
 * changes the time to live, so that a lease whose actor starts anew lasts for another one, as long
 * as it was renewed for last.
 */
public final class LeaseActor extends EventSourcedBehavior<Command, LeaseEvent, LeaseState> {

  private static final int SNAPSHOTS_KEPT = 2;

  private final ActorContext<Command> context;
  private final LeaseId id;
  private final Surroundings around;
  private final WaitingCommands<Command> waiting;
  private final Succession<Command> succession;
  private final LeaseRecovery recovery;
  private final LeaseErrands errands;
  private final LeaseCallers callers;
  private final LeaseSteps steps;
  private final LeaseRest rest;

  private LeaseActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      LeaseId id,
      Surroundings around,
      Function<ModelName, RecipientRef<RegistryProtocol.Command>> models,
      WaitingCommands<Command> waiting,
      Succession<Command> succession) {
    super(
        PersistenceId.ofUniqueId(PersistenceIds.lease(id.value())),
        around.unreadable().ending(PersistenceIds.lease(id.value())));
    this.context = context;
    this.id = id;
    this.around = around;
    this.waiting = waiting;
    this.succession = succession;
    this.recovery = new LeaseRecovery(context, id, around, waiting, succession);
    this.errands = new LeaseErrands(context, around, models);
    this.callers = new LeaseCallers(timers);
    this.steps = new LeaseSteps(context, timers, Effect(), id, around, errands, callers);
    this.rest = new LeaseRest(context.getSelf(), succession);
    timers.startTimerWithFixedDelay(
        LeaseMessage.Look.REPEAT, around.settings().lease().repeatInterval());
  }

  /**
   * The behaviour.
   *
   * @param models how a name's owner is reached
   */
  public static Behavior<Command> create(
      LeaseId id,
      Surroundings around,
      Function<ModelName, RecipientRef<RegistryProtocol.Command>> models,
      Succession<Command> succession) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  WaitingCommands<Command> waiting = new WaitingCommands<>(Command.class);
                  return waiting.around(
                      new LeaseActor(context, timers, id, around, models, waiting, succession));
                }));
  }

  @Override
  public LeaseState emptyState() {
    return LeaseState.empty(id);
  }

  @Override
  public EventHandler<LeaseState, LeaseEvent> eventHandler() {
    return LeaseState::on;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(around.settings().snapshotEvery(), SNAPSHOTS_KEPT);
  }

  @Override
  public SignalHandler<LeaseState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(RecoveryFailed.class, (state, failed) -> recovery.failed(failed.getFailure()))
        .onSignal(PostStop.instance(), this::onStopped)
        .build();
  }

  private void onRecovered(LeaseState state) {
    recovery.completed(state, lastSequenceNumber(context));
    steps.begin(state);
    context.getSelf().tell(LeaseMessage.Look.REPEAT);
  }

  @Override
  public CommandHandler<Command, LeaseEvent, LeaseState> commandHandler() {
    return waiting.counting(succession.over(Effect(), LeaseMessage::onward, handlers()));
  }

  private CommandHandler<Command, LeaseEvent, LeaseState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(LeaseProtocol.Acquire.class, this::onAcquire)
        .onCommand(LeaseProtocol.Get.class, this::onGet)
        .onCommand(LeaseProtocol.Renew.class, this::onRenew)
        .onCommand(LeaseProtocol.Release.class, this::onRelease)
        .onCommand(LeaseMessage.StillWanted.class, this::onStillWanted)
        .onCommand(
            LeaseMessage.Told.class,
            (state, told) ->
                steps.carryOut(state, LeaseDecider.told(state, steps.soft(), told.reply(), now())))
        .onCommand(
            LeaseMessage.Held.class,
            (state, held) ->
                steps.carryOut(state, LeaseDecider.held(state, steps.soft(), held.reply(), now())))
        .onCommand(LeaseMessage.OwnAnswered.class, this::onOwn)
        .onCommand(
            LeaseMessage.Waited.class,
            (state, waited) -> {
              if (callers.remove(waited.caller())) {
                waited.caller().tell(LeaseOutlook.reply(state, steps.soft()));
              }
              return Effect().none();
            })
        .onCommand(LeaseMessage.Look.class, this::onLook)
        .onCommand(
            LeaseMessage.Written.class,
            (state, written) -> {
              recovery.told(state, written);
              return Effect().none();
            })
        .build();
  }

  /** Answered when it is ready, or after a while with where it stands. */
  private Effect<LeaseEvent, LeaseState> onAcquire(LeaseState state, LeaseProtocol.Acquire c) {
    if (rest.passes(c)) {
      return Effect().none();
    }
    Optional<Refused> objection = LeaseDecider.objection(state, c.wish());
    if (objection.isPresent()) {
      c.replyTo().tell(Reply.refused(objection.get()));
      rest.unlessWritten(state);
      return Effect().none();
    }
    if (steps.soft().isReady() || state.end().isPresent() || callers.isFull()) {
      c.replyTo().tell(LeaseOutlook.reply(state, steps.soft()));
      return Effect().none();
    }
    callers.wants(c.replyTo(), around.settings().lease().answerWithin());
    return state.wish().isPresent()
        ? Effect().none()
        : steps.carryOut(
            state,
            LeaseDecision.write(new LeaseEvent.LeaseAsked(id, c.wish(), now()), steps.soft()));
  }

  /** Whoever looks at one that waits may wait with it, for as long as whoever asks for one. */
  private Effect<LeaseEvent, LeaseState> onGet(LeaseState state, LeaseProtocol.Get c) {
    if (c.within().isEmpty() || !state.isLive() || steps.soft().isReady() || callers.isFull()) {
      return show(state, c.replyTo());
    }
    Duration most = around.settings().lease().answerWithin();
    Duration wanted = c.within().get();
    callers.looks(c.replyTo(), wanted.compareTo(most) < 0 ? wanted : most);
    return Effect().none();
  }

  private Effect<LeaseEvent, LeaseState> onRenew(LeaseState state, LeaseProtocol.Renew c) {
    if (!state.isLive()) {
      return show(state, c.replyTo());
    }
    Optional<Refused> objection = c.ttl().flatMap(LeaseTimeDecider::timeless);
    if (objection.isPresent()) {
      c.replyTo().tell(Reply.refused(objection.get()));
      return Effect().none();
    }
    LeaseDecision renewed = LeaseTimeDecider.renewed(state, steps.soft(), c.ttl(), now());
    if (renewed.events().isEmpty()) {
      steps.remember(state, renewed.soft());
      sayRenewed(state, c.replyTo());
      return Effect().none();
    }
    callers.wants(c.replyTo());
    return steps.write(
        state,
        renewed,
        next -> {
          callers.remove(c.replyTo());
          steps.remember(next, LeaseTimeDecider.kept(next, steps.soft(), now()));
          sayRenewed(next, c.replyTo());
        });
  }

  private void sayRenewed(LeaseState state, ActorRef<Reply> caller) {
    steps.say(state, true);
    caller.tell(LeaseOutlook.reply(state, steps.soft()));
  }

  private Effect<LeaseEvent, LeaseState> onRelease(LeaseState state, LeaseProtocol.Release c) {
    if (!state.isLive()) {
      return show(state, c.replyTo());
    }
    callers.wants(c.replyTo());
    return steps.write(
        state,
        LeaseDecider.release(state, steps.soft(), c.reason(), now()),
        next -> {
          callers.remove(c.replyTo());
          c.replyTo().tell(LeaseOutlook.afterEnd(next, steps.soft()));
        });
  }

  private Effect<LeaseEvent, LeaseState> show(LeaseState state, ActorRef<Reply> caller) {
    caller.tell(LeaseOutlook.reply(state, steps.soft()));
    rest.unlessWritten(state);
    return Effect().none();
  }

  private Effect<LeaseEvent, LeaseState> onStillWanted(
      LeaseState state, LeaseMessage.StillWanted asked) {
    LeaseOrderDecider.kept(state, steps.soft(), asked.model())
        .ifPresent(order -> errands.send(state, order));
    return steps.carryOut(
        state, LeaseDecider.stillWanted(state, steps.soft(), asked.model(), asked.number()));
  }

  private Effect<LeaseEvent, LeaseState> onOwn(LeaseState state, LeaseMessage.OwnAnswered said) {
    errands.ownAnswered();
    return steps.carryOut(
        state, OwnDecider.answered(state, steps.soft(), said.asked(), said.reply(), now()));
  }

  private Effect<LeaseEvent, LeaseState> onLook(LeaseState state, LeaseMessage.Look look) {
    boolean repeat = look == LeaseMessage.Look.REPEAT;
    if (repeat && rest.isDue(state)) {
      return Effect().stop();
    }
    LeaseDecision decision = LeaseDecider.look(state, steps.soft(), now());
    if (decision.events().isEmpty() && repeat) {
      steps.remember(state, decision.soft());
      steps.say(state, true);
      return Effect().none();
    }
    return steps.carryOut(state, decision);
  }

  /** Whoever still waits learns that nobody knows: the change may be in the journal. */
  private void onStopped(LeaseState state) {
    steps.end(state);
    if (steps.isWriting()) {
      around.storeDown().run();
    }
    callers.leave(recovery.leaves(steps.isWriting()), LeaseOutlook.reply(state, steps.soft()));
  }

  private Instant now() {
    return around.clock().instant();
  }
}
