package io.remuda.registry.model;

import akka.persistence.typed.javadsl.Effect;
import io.remuda.protocol.RegistryProtocol;

/** Carries out what machines say of a model that they have by themselves. Belongs to one actor. */
final class Registering {

  private final RegistrySteps steps;

  Registering(RegistrySteps steps) {
    this.steps = steps;
  }

  /** A refusal too is written, once. */
  Effect<ModelEvent, ModelState> register(ModelState state, RegistryProtocol.Register c) {
    steps.remember(steps.soft().registered(c.machine(), steps.now()));
    Decision decision = RegistrationDecider.register(state, c.spec(), c.machine(), steps.now());
    if (decision.events().isEmpty()) {
      return steps.aside(
          () -> c.replyTo().tell(RegistrationDecider.answer(state, c.machine(), decision)));
    }
    return steps.write(
        decision.events(),
        next -> c.replyTo().tell(RegistrationDecider.answer(next, c.machine(), decision)));
  }

  Effect<ModelEvent, ModelState> unregister(ModelState state, RegistryProtocol.Unregister c) {
    Decision decision = RegistrationDecider.unregister(state, c.machine(), c.reason(), steps.now());
    return decision.events().isEmpty()
        ? steps.aside(() -> {})
        : steps.write(decision.events(), next -> {});
  }
}
