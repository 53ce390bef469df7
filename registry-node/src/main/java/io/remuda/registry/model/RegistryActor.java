package io.remuda.registry.model;

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
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.RegistryMessage.DescribeAnswered;
import io.remuda.registry.model.RegistryMessage.HistoryRead;
import io.remuda.registry.model.RegistryMessage.Look;
import io.remuda.registry.model.RegistryMessage.StartAnswered;
import io.remuda.registry.model.RegistryMessage.StopAnswered;
import io.remuda.registry.model.RegistryMessage.TargetTold;
import io.remuda.registry.model.RegistryMessage.TermRead;
import io.remuda.registry.model.RegistryMessage.Wake;
import io.remuda.registry.model.RegistryMessage.WhatIfDescribed;
import io.remuda.registry.model.RegistryMessage.WhatIfYielded;
import io.remuda.registry.model.RegistryMessage.WhatIs;
import io.remuda.registry.model.RegistryMessage.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Owner of one deployment's name: the one mailbox through which every change to it goes.
 *
 * <p>A shell: {@link ModelDecider} decides commands, {@link Reconciler} what to do about the world.
 * An accepted change is in the journal before its answer leaves; commands to machines leave after
 * the event they rest on is durable and carry its number.
 */
public final class RegistryActor extends EventSourcedBehavior<Command, ModelEvent, ModelState> {

  private static final int SNAPSHOTS_KEPT = 2;

  private final ActorContext<Command> context;
  private final ModelName name;
  private final Surroundings around;
  private final WaitingCommands<Command> waiting;
  private final Orders orders;
  private final Explaining explaining;
  private final Forecasting forecasting;
  private final Announcing announcing;
  private final Leasing leasing = new Leasing();
  private final Succession<Command> succession;
  private final Recovery recovery;
  private SoftState soft = SoftState.EMPTY;
  private Optional<Consumer<Refused>> unanswered = Optional.empty();
  private boolean writing;
  private Rest rest = Rest.NONE;
  private boolean leaving;

  private RegistryActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ModelName name,
      Surroundings around,
      WaitingCommands<Command> waiting,
      Succession<Command> succession) {
    super(
        PersistenceId.ofUniqueId(PersistenceIds.model(name.value())),
        around.unreadable().ending(PersistenceIds.model(name.value())));
    this.context = context;
    this.name = name;
    this.around = around;
    this.waiting = waiting;
    this.orders = new Orders(context, around);
    this.explaining = new Explaining(context, around);
    this.forecasting = new Forecasting(context, around);
    this.announcing = new Announcing(context, name, around);
    this.succession = succession;
    this.recovery = new Recovery(context, name, around, waiting, announcing, succession);
    timers.startTimerWithFixedDelay(Look.BY_CLOCK, around.settings().reconcileInterval());
  }

  public static Behavior<Command> create(
      ModelName name, Surroundings around, Succession<Command> succession) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  WaitingCommands<Command> waiting = new WaitingCommands<>(Command.class);
                  return waiting.around(
                      new RegistryActor(context, timers, name, around, waiting, succession));
                }));
  }

  @Override
  public ModelState emptyState() {
    return ModelState.empty(name);
  }

  @Override
  public EventHandler<ModelState, ModelEvent> eventHandler() {
    return ModelState::on;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(around.settings().snapshotEvery(), SNAPSHOTS_KEPT);
  }

  @Override
  public SignalHandler<ModelState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> recovery.completed(state, lastSequenceNumber(context)))
        .onSignal(
            RecoveryFailed.class, (state, failed) -> recovery.failed(state, failed.getFailure()))
        .onSignal(PostStop.instance(), state -> onStopped())
        .build();
  }

  @Override
  public CommandHandler<Command, ModelEvent, ModelState> commandHandler() {
    return waiting.counting(succession.over(Effect(), RegistryMessage::onward, needed(handlers())));
  }

  /**
   * {@code handler}, which whatever somebody sends keeps from ending: there may be an answer to
   * wait for before it can be given. What comes while this one ends is the next one's.
   */
  private CommandHandler<Command, ModelEvent, ModelState> needed(
      CommandHandler<Command, ModelEvent, ModelState> handler) {
    return (state, command) -> {
      Optional<Command> sent = RegistryMessage.onward(command);
      if (leaving) {
        sent.ifPresent(succession::pass);
        return Effect().none();
      }
      if (sent.isPresent()) {
        rest = Rest.NONE;
      }
      return handler.apply(state, command);
    };
  }

  private CommandHandler<Command, ModelEvent, ModelState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(RegistryProtocol.Deploy.class, this::onDeploy)
        .onCommand(
            RegistryProtocol.Scale.class,
            (state, c) ->
                run(
                    state,
                    Decision.unless(
                        ModelDecider.scale(state, c.replicas(), now()),
                        () -> DependsDecider.stop(state, c.replicas(), names())),
                    c.replyTo()))
        .onCommand(
            RegistryProtocol.Remove.class,
            (state, c) ->
                run(
                    state,
                    c.ofLease()
                        ? ModelDecider.takeBack(state, c.lease(), now())
                        : Decision.unless(
                            ModelDecider.remove(state, now()),
                            () -> DependsDecider.removal(state, names())),
                    c.replyTo()))
        .onCommand(
            RegistryProtocol.RollBack.class,
            (state, c) -> run(state, RolloutDecider.rollBack(state, now()), c.replyTo()))
        .onCommand(
            RegistryProtocol.Promote.class,
            (state, c) -> run(state, RolloutDecider.promote(state, now()), c.replyTo()))
        .onCommand(
            RegistryProtocol.SetCanary.class,
            (state, c) -> run(state, RolloutDecider.weigh(state, c.percent(), now()), c.replyTo()))
        .onCommand(
            RegistryProtocol.RetryOn.class,
            (state, c) -> run(state, FitDecider.retry(state, c.machine(), now()), c.replyTo()))
        .onCommand(RegistryProtocol.SetAlias.class, this::onSetAlias)
        .onCommand(TargetTold.class, this::onTargetTold)
        .onCommand(
            RegistryProtocol.RemoveAlias.class,
            (state, c) ->
                answer(
                    state,
                    AliasDecider.remove(state, DependsDecider.users(name, names()), now()),
                    c.replyTo()))
        .onCommand(
            RegistryProtocol.GetAlias.class,
            (state, c) -> answer(state, Decision.accepted(), c.replyTo()))
        .onCommand(
            WhatIs.class,
            (state, asked) -> {
              asked.replyTo().tell(AliasDecider.stands(state));
              return Effect().none();
            })
        .onCommand(RegistryProtocol.Register.class, this::onRegister)
        .onCommand(RegistryProtocol.Unregister.class, this::onUnregister)
        .onCommand(RegistryProtocol.Get.class, this::onGet)
        .onCommand(RegistryProtocol.Wanted.class, this::onWanted)
        .onCommand(
            RegistryProtocol.Explain.class,
            (state, wish) -> {
              explaining.read(state, wish);
              return Effect().none();
            })
        .onCommand(
            HistoryRead.class,
            (state, read) -> {
              Explaining.answer(sight(state), read);
              return Effect().none();
            })
        .onCommand(
            RegistryProtocol.ForeseeDeploy.class,
            (state, wish) -> aside(() -> forecasting.deploy(sight(state), names(), wish)))
        .onCommand(
            RegistryProtocol.ForeseeDeparture.class,
            (state, wish) -> aside(() -> forecasting.departure(sight(state), wish)))
        .onCommand(WhatIfDescribed.class, (state, said) -> aside(() -> forecasting.described(said)))
        .onCommand(WhatIfYielded.class, (state, said) -> aside(() -> forecasting.yielded(said)))
        .onCommand(
            RegistryMessage.ForeseeGiveWay.class,
            (state, wish) -> aside(() -> Forecasting.givesWay(sight(state), wish)))
        .onCommand(Wake.class, (state, wake) -> Effect().none())
        .onCommand(
            Written.class,
            (state, written) -> {
              recovery.told(state, written);
              return Effect().none();
            })
        .onCommand(RegistryMessage.GiveWay.class, this::onGiveWay)
        .onCommand(RegistryMessage.RoomMade.class, (state, made) -> look(state))
        .onCommand(
            RegistryMessage.GiveWayAnswered.class,
            (state, answer) -> {
              soft = EvictionDecider.answered(sight(state), answer).soft();
              return look(state);
            })
        .onCommand(TermRead.class, this::onTerm)
        .onCommand(
            Look.class, (state, look) -> look == Look.BY_CLOCK ? onClock(state) : look(state))
        .onCommand(
            StartAnswered.class,
            (state, answer) -> carryOut(state, AnswerDecider.start(sight(state), answer)))
        .onCommand(
            StopAnswered.class,
            (state, answer) -> carryOut(state, AnswerDecider.stop(sight(state), answer)))
        .onCommand(DescribeAnswered.class, this::onDescribeAnswered)
        .onCommand(
            TenancyMessage.Claim.class,
            (state, claim) -> carryOut(state, leasing.claim(sight(state), claim)))
        .onCommand(
            TenancyMessage.Unclaim.class,
            (state, wish) -> carryOut(state, leasing.unclaim(sight(state), wish)))
        .onCommand(
            TenancyMessage.ReleaseAnswered.class,
            (state, answer) -> carryOut(state, TenancyDecider.released(sight(state), answer)))
        .build();
  }

  /** Something that changes nothing here. */
  private Effect<ModelEvent, ModelState> aside(Runnable act) {
    act.run();
    return Effect().none();
  }

  private Effect<ModelEvent, ModelState> onDeploy(ModelState state, RegistryProtocol.Deploy c) {
    Decision decision =
        c.lease()
            .map(lease -> ModelDecider.bring(state, c.spec(), lease, now()))
            .orElseGet(() -> ModelDecider.deploy(state, c.spec(), c.ifMatch(), c.evolve(), now()));
    return run(
        state,
        Decision.unless(decision, () -> DependsDecider.deploy(state, c.spec(), names())),
        c.replyTo());
  }

  /** Where it comes to a change, its target is asked first what it is. */
  private Effect<ModelEvent, ModelState> onSetAlias(ModelState state, RegistryProtocol.SetAlias c) {
    Decision decision = AliasDecider.set(state, c.target(), c.ifMatch(), now());
    if (decision.events().isEmpty()) {
      return answer(state, decision, c.replyTo());
    }
    long sequence = state.sequence();
    context.pipeToSelf(
        around.catalog().whatIs(c.target()),
        (stands, failure) -> new TargetTold(c, sequence, Optional.ofNullable(stands)));
    return Effect().none();
  }

  /** Of two that are set at once the one whose target answers late does not undo the other. */
  private Effect<ModelEvent, ModelState> onTargetTold(ModelState state, TargetTold told) {
    RegistryProtocol.SetAlias wish = told.wish();
    return answer(
        state,
        Decision.unless(
            AliasDecider.set(state, wish.target(), wish.ifMatch(), told.stands(), now()),
            () -> AliasDecider.changedSince(state, told.sequence())),
        wish.replyTo());
  }

  private Effect<ModelEvent, ModelState> answer(
      ModelState state, Decision decision, ActorRef<AliasReply> replyTo) {
    if (decision.events().isEmpty()) {
      replyTo.tell(AliasDecider.reply(state, state, decision));
      return Effect().none();
    }
    unanswered = Optional.of(why -> replyTo.tell(AliasReply.refused(why)));
    return write(
        decision.events(),
        next -> {
          unanswered = Optional.empty();
          replyTo.tell(AliasDecider.reply(state, next, decision));
        });
  }

  /** One that sleeps wakes; one that has no room may have some made at once. */
  private Effect<ModelEvent, ModelState> onWanted(ModelState state, RegistryProtocol.Wanted c) {
    soft = soft.wantedAt(now());
    Plan plan = ScaleDecider.wanted(sight(state), c.waiting());
    return plan.events().isEmpty() && Outlook.missing(sight(state)) > 0
        ? look(state)
        : carryOut(state, plan);
  }

  private Effect<ModelEvent, ModelState> onGiveWay(ModelState state, RegistryMessage.GiveWay c) {
    EvictionDecider.Answer answer = EvictionDecider.giveWay(sight(state), c);
    RegistryMessage.GiveWayReply reply =
        new RegistryMessage.GiveWayReply(c.instance(), answer.stays());
    if (answer.events().isEmpty()) {
      c.replyTo().tell(reply);
      return Effect().none();
    }
    soft = EvictionDecider.going(sight(state), c);
    return write(answer.events(), next -> c.replyTo().tell(reply));
  }

  /** A refusal too is written, once. */
  private Effect<ModelEvent, ModelState> onRegister(ModelState state, RegistryProtocol.Register c) {
    soft = soft.registered(c.machine(), now());
    Decision decision = RegistrationDecider.register(state, c.spec(), c.machine(), now());
    if (decision.events().isEmpty()) {
      c.replyTo().tell(RegistrationDecider.answer(state, c.machine(), decision));
      return Effect().none();
    }
    return write(
        decision.events(),
        next -> c.replyTo().tell(RegistrationDecider.answer(next, c.machine(), decision)));
  }

  private Effect<ModelEvent, ModelState> onUnregister(
      ModelState state, RegistryProtocol.Unregister c) {
    Decision decision = RegistrationDecider.unregister(state, c.machine(), c.reason(), now());
    return decision.events().isEmpty() ? Effect().none() : write(decision.events(), next -> {});
  }

  private Effect<ModelEvent, ModelState> run(
      ModelState state, Decision decision, ActorRef<Reply> replyTo) {
    if (decision.refused().isPresent()) {
      // A conflict shows what is there.
      replyTo.tell(new Reply(view(state), decision.refused()));
      return Effect().none();
    }
    if (decision.events().isEmpty()) {
      replyTo.tell(new Reply(view(state), Optional.empty()));
      return Effect().none();
    }
    unanswered = Optional.of(why -> replyTo.tell(Reply.refused(why)));
    return write(
        decision.events(),
        next -> {
          unanswered = Optional.empty();
          soft = soft.forRecipe();
          replyTo.tell(new Reply(Outlook.viewAfterChange(sight(next)), Optional.empty()));
        });
  }

  /** Writes events, then tells what they mean to whoever waits, then looks at the world again. */
  private Effect<ModelEvent, ModelState> write(List<ModelEvent> events, Consumer<ModelState> then) {
    long started = System.nanoTime();
    writing = true;
    return Effect()
        .persist(events)
        .thenRun(
            next -> {
              writing = false;
              around.meters().written(events, Duration.ofNanos(System.nanoTime() - started));
              events.forEach(event -> context.getLog().info("event={}", event.text()));
              then.accept(next);
              announcing.ended(next, events);
              show(next);
              context.getSelf().tell(Look.NOW);
            });
  }

  private Effect<ModelEvent, ModelState> onTerm(ModelState state, TermRead read) {
    announcing.given(read);
    show(state);
    return Effect().none();
  }

  /** A name that nothing is left of, or never was, takes no room for ever. */
  private Effect<ModelEvent, ModelState> onClock(ModelState state) {
    Sight sight = sight(state);
    rest = rest.after(sight);
    return switch (rest.step(sight, around.settings().closeAfter(), names())) {
      case STAY -> look(state);
      case CLOSE -> write(List.of(new DeploymentEvent.NameClosed(name, now())), next -> {});
      case END -> leave();
    };
  }

  private Effect<ModelEvent, ModelState> leave() {
    leaving = true;
    succession.leave(context.getSelf());
    return Effect().none();
  }

  private Effect<ModelEvent, ModelState> look(ModelState state) {
    announcing.askTerm();
    return carryOut(state, Reconciler.reconcile(sight(state)));
  }

  private Effect<ModelEvent, ModelState> onDescribeAnswered(
      ModelState state, DescribeAnswered answer) {
    Plan plan = AnswerDecider.describe(sight(state), answer);
    soft = plan.soft();
    // Without a description another machine is asked.
    return plan.events().isEmpty() ? look(state) : carryOut(state, plan);
  }

  /** Remembers, writes, then sends: no command leaves ahead of the event that it rests on. */
  private Effect<ModelEvent, ModelState> carryOut(ModelState state, Plan plan) {
    soft = plan.soft();
    if (plan.events().isEmpty()) {
      plan.actions().forEach(action -> orders.send(state, action));
      show(state);
      return Effect().none();
    }
    return write(
        plan.events(), next -> plan.actions().forEach(action -> orders.send(next, action)));
  }

  private Effect<ModelEvent, ModelState> onGet(ModelState state, RegistryProtocol.Get wish) {
    Optional<DeploymentView> view = view(state);
    wish.replyTo()
        .tell(view.map(Reply::of).orElseGet(() -> Reply.refused(ModelDecider.unknown(state))));
    return Effect().none();
  }

  private Optional<DeploymentView> view(ModelState state) {
    return Outlook.view(sight(state));
  }

  /** What was decided and what machines say, at this moment. */
  private Sight sight(ModelState state) {
    return new Sight(
        state,
        soft,
        around.fleet().snapshot(),
        around.journal(),
        around.settings().reconcile(),
        now(),
        parts(state));
  }

  private Map<ModelName, Listing> parts(ModelState state) {
    Set<ModelName> needs = DependsDecider.needs(state);
    return needs.isEmpty() ? Map.of() : DependsDecider.reached(needs, names());
  }

  /** The fleet's other names, as this node has heard of them. */
  private Map<ModelName, Listing> names() {
    return around.catalog().known();
  }

  private void show(ModelState state) {
    Sight sight = sight(state);
    // Somebody waits for these.
    leasing.show(sight);
    announcing.show(sight);
  }

  /** A change whose write failed: nobody knows whether it is in the journal. */
  private void onStopped() {
    announcing.gone();
    if (writing) {
      around.storeDown().run();
    }
    unanswered.ifPresent(
        caller ->
            caller.accept(
                Refused.of(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the journal's database did not confirm the change to %s; look at it again"
                            .formatted(name)
                        + " when the database answers, and repeat what is missing")));
  }

  private Instant now() {
    return around.clock().instant();
  }
}
