package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.Foreseen;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.model.RegistryMessage.WhatIfDescribed;
import io.remuda.registry.model.RegistryMessage.WhatIfYielded;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Answers what a change to a name would come to. Nothing is written and nothing is ordered; a model
 * that nobody has described yet is described by a machine, which changes nothing there.
 */
final class Forecasting {

  private final ActorContext<RegistryProtocol.Command> context;
  private final Surroundings around;

  Forecasting(ActorContext<RegistryProtocol.Command> context, Surroundings around) {
    this.context = context;
    this.around = around;
  }

  /**
   * Refused where the change itself would be.
   *
   * @param known the fleet's other names
   */
  void deploy(Sight sight, Map<ModelName, Listing> known, RegistryProtocol.ForeseeDeploy wish) {
    WhatIf.Begun begun = WhatIf.deploy(sight, known, wish.spec(), wish.ifMatch(), wish.evolve());
    begun.refused().ifPresent(why -> wish.replyTo().tell(Foreseen.refused(why)));
    Instant until = now().plus(around.settings().whatIfTimeout());
    begun.play().ifPresent(play -> goOn(play, wish.replyTo(), until));
  }

  /** A name that is not described is placed nowhere, so no machine is asked. */
  void departure(Sight sight, RegistryProtocol.ForeseeDeparture wish) {
    goOn(
        WhatIf.left(sight, wish.departure(), wish.before()),
        wish.replyTo(),
        now().plus(around.settings().whatIfTimeout()));
  }

  /** What would come of it if an instance of this name were asked to give way. */
  static void givesWay(Sight sight, RegistryMessage.ForeseeGiveWay wish) {
    EvictionDecider.Ask ask =
        new EvictionDecider.Ask(
            wish.instance(), wish.to(), wish.priority(), wish.asked(), wish.sounding());
    WhatIf.Begun begun = WhatIf.givesWay(sight, ask, wish.departure(), wish.before());
    begun.refused().ifPresent(why -> wish.replyTo().tell(Foreseen.refused(why)));
    begun
        .play()
        .map(WhatIf::atRest)
        .ifPresent(
            play ->
                wish.replyTo()
                    .tell(
                        new Foreseen(
                            Optional.of(play.forecast()), play.shiftsFor(ask), Optional.empty())));
  }

  /** Without an answer in time it ends with what is known. */
  void yielded(WhatIfYielded said) {
    if (said.reply().isPresent()) {
      goOn(said.play().told(said.question(), said.reply().get()), said.caller(), said.until());
    } else {
      answer(said.play(), said.caller());
    }
  }

  /** Without an answer in time it ends with what is known. */
  void described(WhatIfDescribed said) {
    WhatIf told = said.play().told(said.machine(), said.reply());
    if (said.reply().isPresent()) {
      goOn(told, said.caller(), said.until());
    } else {
      answer(said.play(), said.caller());
    }
  }

  private void goOn(WhatIf begun, ActorRef<Foreseen> caller, Instant until) {
    WhatIf play = begun.atRest();
    Duration left = Duration.between(now(), until);
    Optional<MachineId> machine =
        play.yielding().departure().isEmpty() ? play.asks() : Optional.empty();
    Optional<ActorRef<NodeProtocol.Command>> agent = machine.flatMap(around.fleet()::agent);
    Optional<Yielding.Question> question = play.question();
    boolean late = left.isNegative() || left.isZero();
    if (!late && agent.isPresent()) {
      describe(play, machine.orElseThrow(), agent.get(), caller, until);
    } else if (!late && question.isPresent()) {
      ask(play, question.get(), caller, until);
    } else {
      answer(play, caller);
    }
  }

  private void describe(
      WhatIf play,
      MachineId asked,
      ActorRef<NodeProtocol.Command> agent,
      ActorRef<Foreseen> caller,
      Instant until) {
    ModelSpec spec = play.imagined().state().live().orElseThrow().spec();
    context.ask(
        NodeProtocol.Described.class,
        agent,
        Duration.between(now(), until),
        replyTo -> new NodeProtocol.DescribeModel(spec, replyTo),
        (reply, failure) ->
            new WhatIfDescribed(play, asked, Optional.ofNullable(reply), caller, until));
  }

  private void ask(
      WhatIf play, Yielding.Question question, ActorRef<Foreseen> caller, Instant until) {
    ModelName name = play.imagined().state().name();
    context.ask(
        Foreseen.class,
        around.view(),
        Duration.between(now(), until),
        replyTo ->
            new FleetMessage.ToOwner(
                question.id().model(),
                new RegistryMessage.ForeseeGiveWay(
                    question.id(),
                    name,
                    question.wish().priority(),
                    question.wish().asked(),
                    question.wish().sounding(),
                    question.departure(),
                    question.before(),
                    replyTo)),
        (reply, failure) ->
            new WhatIfYielded(play, question, Optional.ofNullable(reply), caller, until));
  }

  private static void answer(WhatIf play, ActorRef<Foreseen> caller) {
    caller.tell(new Foreseen(Optional.of(play.forecast()), play.shifts(), Optional.empty()));
  }

  private Instant now() {
    return around.clock().instant();
  }
}
