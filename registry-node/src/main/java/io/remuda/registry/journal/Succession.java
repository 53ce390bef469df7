package io.remuda.registry.journal;

import akka.actor.typed.ActorRef;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EffectFactories;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How a sharded entity that is behind its journal makes room for its next self, which reads all of
 * it: what it has not come to and what is sent from then on is the next one's. Of two commands that
 * nobody has answered yet the later may come first. Belongs to one actor.
 */
public final class Succession<C> {

  private final Consumer<ActorRef<C>> passivate;
  private final Consumer<C> next;
  private Optional<C> wake = Optional.empty();

  /**
   * @param passivate ends an actor once it has come to all that was sent to it; what is sent to the
   *     entity meanwhile waits for the next
   * @param next sends to the entity
   */
  public Succession(Consumer<ActorRef<C>> passivate, Consumer<C> next) {
    this.passivate = passivate;
    this.next = next;
  }

  /**
   * {@code self} decides nothing more and ends.
   *
   * @param wake makes the next one be there, though nobody else sends it anything
   */
  public void begin(ActorRef<C> self, C wake) {
    this.wake = Optional.of(wake);
    passivate.accept(self);
    next.accept(wake);
  }

  /**
   * {@code self} ends, and the next one is there only once somebody sends it something. Until then
   * {@code self} answers what it can, and passes on what is to be decided.
   */
  public void leave(ActorRef<C> self) {
    passivate.accept(self);
  }

  /** Leaves {@code command} to the next one. It may come back, until {@code self} is on its way. */
  public void pass(C command) {
    next.accept(command);
  }

  /**
   * {@code handler}, until the succession has begun. The wake for the next self may overtake the
   * request to end this one: then it comes here, and is sent once more.
   *
   * @param onward what of a command concerns the next self; nothing of one that concerns this one
   */
  public <E, S> CommandHandler<C, E, S> over(
      EffectFactories<E, S> effects,
      Function<C, Optional<C>> onward,
      CommandHandler<C, E, S> handler) {
    return (state, command) -> {
      if (wake.isEmpty()) {
        return handler.apply(state, command);
      }
      (wake.get().equals(command) ? wake : onward.apply(command)).ifPresent(next);
      return effects.none();
    };
  }
}
