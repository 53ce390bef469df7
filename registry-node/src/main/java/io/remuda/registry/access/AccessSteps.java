package io.remuda.registry.access;

import akka.actor.typed.javadsl.ActorContext;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectFactories;
import io.remuda.protocol.AccessProtocol.Command;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.registry.access.AccessEvent.TenantLimited;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the API keys' owner does with what was decided: writes it, tells all gateways, then answers.
 * Belongs to one actor.
 */
final class AccessSteps {

  private static final Refused UNCONFIRMED =
      Refused.of(
          ErrorCode.STORE_UNAVAILABLE,
          "the journal's database did not confirm the change to the API keys; list them again when"
              + " it answers");

  private final ActorContext<Command> context;
  private final EffectFactories<AccessEvent, AccessState> effects;
  private final Consumer<AccessTable> spread;
  private final Runnable storeDown;
  private Optional<Consumer<Refused>> unanswered = Optional.empty();

  /**
   * @param spread takes what is new or changed
   * @param storeDown told when the journal did not take an event
   */
  AccessSteps(
      ActorContext<Command> context,
      EffectFactories<AccessEvent, AccessState> effects,
      Consumer<AccessTable> spread,
      Runnable storeDown) {
    this.context = context;
    this.effects = effects;
    this.spread = spread;
    this.storeDown = storeDown;
  }

  /** Tells all gateways all of it. */
  void spreadAll(AccessState state) {
    spread.accept(new AccessTable(state.keys().values(), List.copyOf(state.tenants().values())));
  }

  /**
   * Does what was decided.
   *
   * @param answer to whoever asked, once it is done, or at once where nothing is to be done
   * @param refuse the answer where it is refused, or not known to be done
   */
  Effect<AccessEvent, AccessState> carryOut(
      AccessState state,
      AccessDecision decision,
      Consumer<AccessState> answer,
      Consumer<Refused> refuse) {
    if (decision.event().isEmpty()) {
      decision.refused().ifPresentOrElse(refuse, () -> answer.accept(state));
      return effects.none();
    }
    AccessEvent event = decision.event().get();
    unanswered = Optional.of(refuse);
    return effects
        .persist(event)
        .thenRun(
            next -> {
              unanswered = Optional.empty();
              context.getLog().info("event={}", event.text());
              spread.accept(changed(next, event));
              answer.accept(next);
            });
  }

  private static AccessTable changed(AccessState state, AccessEvent event) {
    return event instanceof TenantLimited limited
        ? new AccessTable(List.of(), state.tenant(limited.tenant()).stream().toList())
        : new AccessTable(event.changed().flatMap(state::get).stream().toList());
  }

  /** The actor ends, perhaps before it knows whether a change is written. */
  void end() {
    unanswered.ifPresent(
        caller -> {
          storeDown.run();
          caller.accept(UNCONFIRMED);
        });
  }
}
