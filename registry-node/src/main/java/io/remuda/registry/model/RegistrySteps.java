package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectFactories;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.RegistryMessage.Look;
import io.remuda.registry.model.RegistryMessage.TermRead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a name's owner does with what was decided: remembers it, writes it, sends what rests on it,
 * and shows the fleet what stands. Belongs to one actor.
 */
final class RegistrySteps {

  private final ActorContext<Command> context;
  private final EffectFactories<ModelEvent, ModelState> effects;
  private final ModelName name;
  private final Surroundings around;
  private final Announcing announcing;
  private final Leasing leasing;
  private final Orders orders;
  private SoftState soft = SoftState.EMPTY;
  private Optional<Consumer<Refused>> unanswered = Optional.empty();
  private boolean writing;

  RegistrySteps(
      ActorContext<Command> context,
      EffectFactories<ModelEvent, ModelState> effects,
      ModelName name,
      Surroundings around,
      Announcing announcing,
      Leasing leasing) {
    this.context = context;
    this.effects = effects;
    this.name = name;
    this.around = around;
    this.announcing = announcing;
    this.leasing = leasing;
    this.orders = new Orders(context, around);
  }

  /** What was decided and what machines say, at this moment. */
  Sight sight(ModelState state) {
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
  Map<ModelName, Listing> names() {
    return around.catalog().known();
  }

  Instant now() {
    return around.clock().instant();
  }

  /** What is remembered of the name. */
  SoftState soft() {
    return soft;
  }

  void remember(SoftState next) {
    soft = next;
  }

  /** Something that changes nothing here. */
  Effect<ModelEvent, ModelState> aside(Runnable act) {
    act.run();
    return effects.none();
  }

  Effect<ModelEvent, ModelState> look(ModelState state) {
    announcing.askTerm();
    return carryOut(state, Reconciler.reconcile(sight(state)));
  }

  /** Remembers, writes, then sends: no command leaves ahead of the event that it rests on. */
  Effect<ModelEvent, ModelState> carryOut(ModelState state, Plan plan) {
    soft = plan.soft();
    if (plan.events().isEmpty()) {
      plan.actions().forEach(action -> orders.send(state, action));
      show(state);
      return effects.none();
    }
    return write(
        plan.events(), next -> plan.actions().forEach(action -> orders.send(next, action)));
  }

  /** Writes events, then tells what they mean to whoever waits, then looks at the world again. */
  Effect<ModelEvent, ModelState> write(List<ModelEvent> events, Consumer<ModelState> then) {
    long started = System.nanoTime();
    writing = true;
    return effects
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

  /**
   * The same for somebody who waits for it.
   *
   * @param unconfirmed the answer where nobody knows whether it is written
   */
  Effect<ModelEvent, ModelState> write(
      List<ModelEvent> events, Consumer<Refused> unconfirmed, Consumer<ModelState> then) {
    unanswered = Optional.of(unconfirmed);
    return write(
        events,
        next -> {
          unanswered = Optional.empty();
          then.accept(next);
        });
  }

  Effect<ModelEvent, ModelState> onTerm(ModelState state, TermRead read) {
    announcing.given(read);
    show(state);
    return effects.none();
  }

  private void show(ModelState state) {
    Sight sight = sight(state);
    // Somebody waits for these.
    leasing.show(sight);
    announcing.show(sight);
  }

  /** The actor ends. Of a change whose write failed nobody knows whether it is in the journal. */
  void end() {
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
}
