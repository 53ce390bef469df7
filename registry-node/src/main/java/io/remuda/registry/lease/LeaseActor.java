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
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.JournalGap;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Owner of one lease: claims an instance of each of its models, tells machines to hold them, and
 * gives all back when it is over.
 *
 * <p>A shell: {@link LeaseDecider} decides. What it says to others rests on what is in the journal,
 * and is said again and again. A renewal is written only where it changes the time to live, so that
 * a lease whose actor starts anew lasts for another one, as long as it was renewed for last.
 */
public final class LeaseActor extends EventSourcedBehavior<Command, LeaseEvent, LeaseState> {

  private static final int SNAPSHOTS_KEPT = 2;
  private static final int IDLE_LOOKS = 30;

  /** More that wait for one lease are answered with what there is. */
  private static final int MOST_CALLERS = 16;

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final LeaseId id;
  private final Surroundings around;
  private final WaitingCommands<Command> waiting;
  private final Succession<Command> succession;
  private final LeaseErrands errands;
  private final LeaseMeasure measure;
  private final List<ActorRef<Reply>> callers = new ArrayList<>();
  private LeaseSoft soft;
  private boolean writing;
  private boolean readBack;
  private boolean leaving;
  private int idleLooks;

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
    this.timers = timers;
    this.id = id;
    this.around = around;
    this.waiting = waiting;
    this.succession = succession;
    this.errands = new LeaseErrands(context, around, models);
    this.measure = new LeaseMeasure(around.meters().leases());
    this.soft = LeaseSoft.begun(LeaseState.empty(id), around.clock().instant());
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
        .onSignal(RecoveryFailed.class, (state, failed) -> onRecoveryFailed(failed.getFailure()))
        .onSignal(PostStop.instance(), this::onStopped)
        .build();
  }

  private void onRecovered(LeaseState state) {
    String persistenceId = PersistenceIds.lease(id.value());
    JournalGap.refuseAny(persistenceId, state.sequence(), lastSequenceNumber(context));
    around.unreadable().read(persistenceId);
    readBack = true;
    soft = LeaseSoft.begun(state, now());
    measure.readBack(state);
    measure.stands(state, soft, now());
    context.getSelf().tell(LeaseMessage.Look.REPEAT);
  }

  private void onRecoveryFailed(Throwable failure) {
    boolean storeAway = waiting.recoveryFailed("lease " + id, failure);
    String persistenceId = PersistenceIds.lease(id.value());
    if (storeAway || around.unreadable().isNews(persistenceId, waiting.reason().message())) {
      context.getLog().warn("event=recovery-failed lease={} why={}", id, failure.toString());
    }
    if (storeAway) {
      around.storeDown().run();
    }
  }

  @Override
  public CommandHandler<Command, LeaseEvent, LeaseState> commandHandler() {
    return waiting.counting(succession.over(Effect(), LeaseMessage::onward, handlers()));
  }

  private CommandHandler<Command, LeaseEvent, LeaseState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(LeaseProtocol.Acquire.class, this::onAcquire)
        .onCommand(LeaseProtocol.Get.class, (state, wish) -> show(state, wish.replyTo()))
        .onCommand(LeaseProtocol.Renew.class, this::onRenew)
        .onCommand(LeaseProtocol.Release.class, this::onRelease)
        .onCommand(
            LeaseMessage.StillWanted.class,
            (state, asked) ->
                carryOut(
                    state, LeaseDecider.stillWanted(state, soft, asked.model(), asked.number())))
        .onCommand(
            LeaseMessage.Told.class,
            (state, told) -> carryOut(state, LeaseDecider.told(state, soft, told.reply(), now())))
        .onCommand(
            LeaseMessage.Held.class,
            (state, held) -> carryOut(state, LeaseDecider.held(state, soft, held.reply(), now())))
        .onCommand(LeaseMessage.OwnAnswered.class, this::onOwn)
        .onCommand(
            LeaseMessage.Waited.class,
            (state, waited) -> {
              if (callers.remove(waited.caller())) {
                waited.caller().tell(LeaseOutlook.reply(state, soft));
              }
              return Effect().none();
            })
        .onCommand(LeaseMessage.Look.class, this::onLook)
        .onCommand(LeaseMessage.Written.class, this::onWritten)
        .build();
  }

  /** Answered when it is ready, or after a while with where it stands. */
  private Effect<LeaseEvent, LeaseState> onAcquire(LeaseState state, LeaseProtocol.Acquire c) {
    if (leaving) {
      succession.pass(c);
      return Effect().none();
    }
    Optional<Refused> objection = LeaseDecider.objection(state, c.wish());
    if (objection.isPresent()) {
      c.replyTo().tell(Reply.refused(objection.get()));
      return forget(state);
    }
    if (soft.isReady() || state.end().isPresent() || callers.size() >= MOST_CALLERS) {
      c.replyTo().tell(LeaseOutlook.reply(state, soft));
      return Effect().none();
    }
    callers.add(c.replyTo());
    Duration limit = around.settings().lease().answerWithin();
    timers.startSingleTimer(c.replyTo(), new LeaseMessage.Waited(c.replyTo()), limit);
    return state.wish().isPresent()
        ? Effect().none()
        : carryOut(
            state, LeaseDecision.write(new LeaseEvent.LeaseAsked(id, c.wish(), now()), soft));
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
    LeaseDecision renewed = LeaseTimeDecider.renewed(state, soft, c.ttl(), now());
    if (renewed.events().isEmpty()) {
      remember(state, renewed.soft());
      sayRenewed(state, c.replyTo());
      return Effect().none();
    }
    callers.add(c.replyTo());
    return write(
        renewed,
        next -> {
          callers.remove(c.replyTo());
          sayRenewed(next, c.replyTo());
        });
  }

  private void sayRenewed(LeaseState state, ActorRef<Reply> caller) {
    say(state, true);
    caller.tell(LeaseOutlook.reply(state, soft));
  }

  private Effect<LeaseEvent, LeaseState> onRelease(LeaseState state, LeaseProtocol.Release c) {
    if (!state.isLive()) {
      return show(state, c.replyTo());
    }
    callers.add(c.replyTo());
    return write(
        LeaseDecider.release(state, soft, c.reason(), now()),
        next -> {
          callers.remove(c.replyTo());
          c.replyTo().tell(LeaseOutlook.afterEnd(next, soft));
        });
  }

  private Effect<LeaseEvent, LeaseState> show(LeaseState state, ActorRef<Reply> caller) {
    caller.tell(LeaseOutlook.reply(state, soft));
    return forget(state);
  }

  /** One that nothing is written of takes no room: there are more ids than leases. */
  private Effect<LeaseEvent, LeaseState> forget(LeaseState state) {
    if (state.sequence() == 0 && !leaving) {
      leaving = true;
      succession.leave(context.getSelf());
    }
    return Effect().none();
  }

  private Effect<LeaseEvent, LeaseState> onOwn(LeaseState state, LeaseMessage.OwnAnswered said) {
    errands.ownAnswered();
    return carryOut(state, OwnDecider.answered(state, soft, said.asked(), said.reply(), now()));
  }

  private Effect<LeaseEvent, LeaseState> onLook(LeaseState state, LeaseMessage.Look look) {
    boolean repeat = look == LeaseMessage.Look.REPEAT;
    if (repeat && isForgettable(state)) {
      return Effect().stop();
    }
    LeaseDecision decision = LeaseDecider.look(state, soft, now());
    if (decision.events().isEmpty() && repeat) {
      soft = decision.soft();
      measure.stands(state, soft, now());
      say(state, true);
      return Effect().none();
    }
    return carryOut(state, decision);
  }

  /** One that is closed, or that was only woken, takes no room for ever. */
  private boolean isForgettable(LeaseState state) {
    boolean nothing = state.wish().isEmpty() || state.closed();
    idleLooks = nothing ? idleLooks + 1 : 0;
    return idleLooks > IDLE_LOOKS;
  }

  private Effect<LeaseEvent, LeaseState> onWritten(LeaseState state, LeaseMessage.Written written) {
    if (written.sequence() > state.sequence()) {
      context
          .getLog()
          .warn(
              "event=behind-journal lease={} known={} written={}",
              id,
              state.sequence(),
              written.sequence());
      succession.begin(context.getSelf(), written);
    }
    return Effect().none();
  }

  private Effect<LeaseEvent, LeaseState> carryOut(LeaseState state, LeaseDecision decision) {
    if (!decision.events().isEmpty()) {
      return write(decision, next -> {});
    }
    remember(state, decision.soft());
    if (decision.say()) {
      say(state, false);
    }
    answer(state);
    return Effect().none();
  }

  /** Writes, then says what rests on it: nothing leaves ahead of the event. */
  private Effect<LeaseEvent, LeaseState> write(LeaseDecision decision, Consumer<LeaseState> then) {
    writing = true;
    return Effect()
        .persist(decision.events())
        .thenRun(
            next -> {
              writing = false;
              decision.events().forEach(event -> context.getLog().info("event={}", event.text()));
              measure.written(decision.events());
              remember(next, decision.soft());
              then.accept(next);
              if (decision.say()) {
                say(next, false);
              }
              answer(next);
            });
  }

  private void remember(LeaseState state, LeaseSoft next) {
    boolean other = !next.deadline().equals(soft.deadline());
    soft = next;
    measure.stands(state, soft, now());
    if (other) {
      timeLeft();
    }
  }

  private void timeLeft() {
    Optional<Instant> until = soft.deadline();
    if (until.isEmpty()) {
      timers.cancel(LeaseMessage.Look.DEADLINE);
      return;
    }
    Duration left = Duration.between(now(), until.get());
    timers.startSingleTimer(
        LeaseMessage.Look.DEADLINE,
        LeaseMessage.Look.DEADLINE,
        left.isNegative() ? Duration.ZERO : left.plusMillis(1));
  }

  private void say(LeaseState state, boolean repeat) {
    LeaseDecider.orders(state, soft, now(), repeat).forEach(order -> errands.send(state, order));
  }

  /** Whoever waits is answered once it is ready, or over. */
  private void answer(LeaseState state) {
    if (callers.isEmpty() || !(soft.isReady() || state.end().isPresent())) {
      return;
    }
    Reply reply = LeaseOutlook.reply(state, soft);
    callers.forEach(
        caller -> {
          timers.cancel(caller);
          caller.tell(reply);
        });
    callers.clear();
  }

  /** Whoever still waits learns that nobody knows: the change may be in the journal. */
  private void onStopped(LeaseState state) {
    measure.gone(state);
    if (writing) {
      around.storeDown().run();
    }
    Refused why =
        writing
            ? Refused.of(
                ErrorCode.STORE_UNAVAILABLE,
                "the journal's database did not confirm the change to lease %s; look at it again"
                    .formatted(id))
            : readBack
                ? Refused.of(
                    ErrorCode.REGISTRY_UNAVAILABLE,
                    "lease %s was handed to another registry node; look at it again".formatted(id))
                : waiting.reason();
    callers.forEach(caller -> caller.tell(Reply.refused(why)));
    callers.clear();
  }

  private Instant now() {
    return around.clock().instant();
  }
}
