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
import io.remuda.registry.model.RegistryMessage.WhatIfDescribed;
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

  /** A name that is not described is placed nowhere, so nobody is asked. */
  void departure(Sight sight, RegistryProtocol.ForeseeDeparture wish) {
    answer(WhatIf.left(sight, wish.departure(), wish.before()).atRest(), wish.replyTo());
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
    Optional<MachineId> machine = play.asks();
    Optional<ActorRef<NodeProtocol.Command>> agent = machine.flatMap(around.fleet()::agent);
    if (agent.isEmpty() || left.isNegative() || left.isZero()) {
      answer(play, caller);
      return;
    }
    ModelSpec spec = play.imagined().state().live().orElseThrow().spec();
    MachineId asked = machine.orElseThrow();
    context.ask(
        NodeProtocol.Described.class,
        agent.get(),
        left,
        replyTo -> new NodeProtocol.DescribeModel(spec, replyTo),
        (reply, failure) ->
            new WhatIfDescribed(play, asked, Optional.ofNullable(reply), caller, until));
  }

  private static void answer(WhatIf play, ActorRef<Foreseen> caller) {
    caller.tell(new Foreseen(Optional.of(play.forecast()), play.shifts(), Optional.empty()));
  }

  private Instant now() {
    return around.clock().instant();
  }
}
