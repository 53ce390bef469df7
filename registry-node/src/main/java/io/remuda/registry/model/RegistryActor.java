package io.remuda.registry.model;

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
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.ModelName;
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
import java.util.List;
import java.util.Optional;

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
  private final Succession<Command> succession;
  private final Leasing leasing = new Leasing();
  private final Explaining explaining;
  private final Forecasting forecasting;
  private final Recovery recovery;
  private final RegistrySteps steps;
  private final Changing changing;
  private final Aliasing aliasing;
  private final Registering registering;
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
    this.succession = succession;
    this.explaining = new Explaining(context, around);
    this.forecasting = new Forecasting(context, around);
    Announcing announcing = new Announcing(context, name, around);
    this.recovery = new Recovery(context, name, around, waiting, announcing, succession);
    this.steps = new RegistrySteps(context, Effect(), name, around, announcing, leasing);
    this.changing = new Changing(steps);
    this.aliasing = new Aliasing(context, around.catalog(), steps);
    this.registering = new Registering(steps);
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
        .onSignal(PostStop.instance(), state -> steps.end())
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
        .onCommand(RegistryProtocol.Deploy.class, changing::deploy)
        .onCommand(RegistryProtocol.Scale.class, changing::scale)
        .onCommand(RegistryProtocol.Remove.class, changing::remove)
        .onCommand(RegistryProtocol.RollBack.class, changing::rollBack)
        .onCommand(RegistryProtocol.Promote.class, changing::promote)
        .onCommand(RegistryProtocol.SetCanary.class, changing::weigh)
        .onCommand(RegistryProtocol.RetryOn.class, changing::retry)
        .onCommand(RegistryProtocol.Get.class, changing::get)
        .onCommand(RegistryProtocol.SetAlias.class, aliasing::set)
        .onCommand(TargetTold.class, aliasing::told)
        .onCommand(RegistryProtocol.RemoveAlias.class, aliasing::remove)
        .onCommand(RegistryProtocol.GetAlias.class, aliasing::get)
        .onCommand(WhatIs.class, aliasing::whatIs)
        .onCommand(RegistryProtocol.Register.class, registering::register)
        .onCommand(RegistryProtocol.Unregister.class, registering::unregister)
        .onCommand(RegistryProtocol.Wanted.class, this::onWanted)
        .onCommand(
            RegistryProtocol.Explain.class,
            (state, wish) -> steps.aside(() -> explaining.read(state, wish)))
        .onCommand(
            HistoryRead.class,
            (state, read) -> steps.aside(() -> Explaining.answer(steps.sight(state), read)))
        .onCommand(
            RegistryProtocol.ForeseeDeploy.class,
            (state, wish) ->
                steps.aside(() -> forecasting.deploy(steps.sight(state), steps.names(), wish)))
        .onCommand(
            RegistryProtocol.ForeseeDeparture.class,
            (state, wish) -> steps.aside(() -> forecasting.departure(steps.sight(state), wish)))
        .onCommand(
            WhatIfDescribed.class, (state, said) -> steps.aside(() -> forecasting.described(said)))
        .onCommand(
            WhatIfYielded.class, (state, said) -> steps.aside(() -> forecasting.yielded(said)))
        .onCommand(
            RegistryMessage.ForeseeGiveWay.class,
            (state, wish) -> steps.aside(() -> Forecasting.givesWay(steps.sight(state), wish)))
        .onCommand(Wake.class, (state, wake) -> Effect().none())
        .onCommand(
            Written.class, (state, written) -> steps.aside(() -> recovery.told(state, written)))
        .onCommand(RegistryMessage.GiveWay.class, this::onGiveWay)
        .onCommand(RegistryMessage.RoomMade.class, (state, made) -> steps.look(state))
        .onCommand(
            RegistryMessage.GiveWayAnswered.class,
            (state, answer) -> {
              steps.remember(EvictionDecider.answered(steps.sight(state), answer).soft());
              return steps.look(state);
            })
        .onCommand(TermRead.class, steps::onTerm)
        .onCommand(
            Look.class, (state, look) -> look == Look.BY_CLOCK ? onClock(state) : steps.look(state))
        .onCommand(
            StartAnswered.class,
            (state, answer) ->
                steps.carryOut(state, AnswerDecider.start(steps.sight(state), answer)))
        .onCommand(
            StopAnswered.class,
            (state, answer) ->
                steps.carryOut(state, AnswerDecider.stop(steps.sight(state), answer)))
        .onCommand(DescribeAnswered.class, this::onDescribeAnswered)
        .onCommand(
            TenancyMessage.Claim.class,
            (state, claim) -> steps.carryOut(state, leasing.claim(steps.sight(state), claim)))
        .onCommand(
            TenancyMessage.Unclaim.class,
            (state, wish) -> steps.carryOut(state, leasing.unclaim(steps.sight(state), wish)))
        .onCommand(
            TenancyMessage.ReleaseAnswered.class,
            (state, answer) ->
                steps.carryOut(state, TenancyDecider.released(steps.sight(state), answer)))
        .build();
  }

  /** One that sleeps wakes; one that has no room may have some made at once. */
  private Effect<ModelEvent, ModelState> onWanted(ModelState state, RegistryProtocol.Wanted c) {
    steps.remember(steps.soft().wantedAt(steps.now()));
    Plan plan = ScaleDecider.wanted(steps.sight(state), c.waiting());
    return plan.events().isEmpty() && Outlook.missing(steps.sight(state)) > 0
        ? steps.look(state)
        : steps.carryOut(state, plan);
  }

  private Effect<ModelEvent, ModelState> onGiveWay(ModelState state, RegistryMessage.GiveWay c) {
    EvictionDecider.Answer answer = EvictionDecider.giveWay(steps.sight(state), c);
    RegistryMessage.GiveWayReply reply =
        new RegistryMessage.GiveWayReply(c.instance(), answer.stays());
    if (answer.events().isEmpty()) {
      c.replyTo().tell(reply);
      return Effect().none();
    }
    steps.remember(EvictionDecider.going(steps.sight(state), c));
    return steps.write(answer.events(), next -> c.replyTo().tell(reply));
  }

  /** A name that nothing is left of, or never was, takes no room for ever. */
  private Effect<ModelEvent, ModelState> onClock(ModelState state) {
    Sight sight = steps.sight(state);
    rest = rest.after(sight);
    return switch (rest.step(sight, around.settings().closeAfter(), steps.names())) {
      case STAY -> steps.look(state);
      case CLOSE ->
          steps.write(List.of(new DeploymentEvent.NameClosed(name, steps.now())), next -> {});
      case END -> leave();
    };
  }

  private Effect<ModelEvent, ModelState> leave() {
    leaving = true;
    succession.leave(context.getSelf());
    return Effect().none();
  }

  private Effect<ModelEvent, ModelState> onDescribeAnswered(
      ModelState state, DescribeAnswered answer) {
    Plan plan = AnswerDecider.describe(steps.sight(state), answer);
    steps.remember(plan.soft());
    // Without a description another machine is asked.
    return plan.events().isEmpty() ? steps.look(state) : steps.carryOut(state, plan);
  }
}
