package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.persistence.typed.javadsl.Effect;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.registry.model.RegistryMessage.TargetTold;
import io.remuda.registry.model.RegistryMessage.WhatIs;
import java.util.Optional;

/**
 * Carries out what operators change of a name that stands for another one, and tells other owners
 * what this name is. Belongs to one actor.
 */
final class Aliasing {

  private final ActorContext<RegistryProtocol.Command> context;
  private final CatalogLines catalog;
  private final RegistrySteps steps;

  Aliasing(
      ActorContext<RegistryProtocol.Command> context, CatalogLines catalog, RegistrySteps steps) {
    this.context = context;
    this.catalog = catalog;
    this.steps = steps;
  }

  /** Where it comes to a change, its target is asked first what it is. */
  Effect<ModelEvent, ModelState> set(ModelState state, RegistryProtocol.SetAlias c) {
    Decision decision = AliasDecider.set(state, c.target(), c.ifMatch(), steps.now());
    if (decision.events().isEmpty()) {
      return answer(state, decision, c.replyTo());
    }
    long sequence = state.sequence();
    return steps.aside(
        () ->
            context.pipeToSelf(
                catalog.whatIs(c.target()),
                (stands, failure) -> new TargetTold(c, sequence, Optional.ofNullable(stands))));
  }

  /** Of two that are set at once the one whose target answers late does not undo the other. */
  Effect<ModelEvent, ModelState> told(ModelState state, TargetTold told) {
    RegistryProtocol.SetAlias wish = told.wish();
    return answer(
        state,
        Decision.unless(
            AliasDecider.set(state, wish.target(), wish.ifMatch(), told.stands(), steps.now()),
            () -> AliasDecider.changedSince(state, told.sequence())),
        wish.replyTo());
  }

  Effect<ModelEvent, ModelState> remove(ModelState state, RegistryProtocol.RemoveAlias c) {
    return answer(
        state,
        AliasDecider.remove(state, DependsDecider.users(state.name(), steps.names()), steps.now()),
        c.replyTo());
  }

  Effect<ModelEvent, ModelState> get(ModelState state, RegistryProtocol.GetAlias c) {
    return answer(state, Decision.accepted(), c.replyTo());
  }

  Effect<ModelEvent, ModelState> whatIs(ModelState state, WhatIs asked) {
    return steps.aside(() -> asked.replyTo().tell(AliasDecider.stands(state)));
  }

  private Effect<ModelEvent, ModelState> answer(
      ModelState state, Decision decision, ActorRef<AliasReply> caller) {
    if (decision.events().isEmpty()) {
      return steps.aside(() -> caller.tell(AliasDecider.reply(state, state, decision)));
    }
    return steps.write(
        decision.events(),
        why -> caller.tell(AliasReply.refused(why)),
        next -> caller.tell(AliasDecider.reply(state, next, decision)));
  }
}
