package io.remuda.registry.journal;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.javadsl.CommandHandler;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The commands that an event-sourced entity has received and not come to. While it writes or
 * recovers they wait in a stash of Akka's, which is dropped when that fails: then each of their
 * callers is told at once that nothing came of it. No more than a bounded number waits.
 */
public final class WaitingCommands<C> {

  /** Below the capacity of Akka's stash, which drops what is above it without a word. */
  private static final int MOST = 1_000;

  private static final Refused TOO_MANY =
      Refused.of(
          ErrorCode.BUSY,
          "%d commands wait for this name already; send changes one after the other"
              .formatted(MOST));

  private final Class<C> protocol;
  private Refused reason = StoreAway.REFUSED;
  private final Set<C> waiting = Collections.newSetFromMap(new IdentityHashMap<>());

  public WaitingCommands(Class<C> protocol) {
    this.protocol = protocol;
  }

  /** {@code entity}, whose command handler must be {@link #counting}. */
  public Behavior<C> around(Behavior<C> entity) {
    return Behaviors.intercept(Gate::new, entity);
  }

  /** A handler that takes each command off those that wait. */
  public <E, S> CommandHandler<C, E, S> counting(CommandHandler<C, E, S> handler) {
    return (state, command) -> {
      waiting.remove(command);
      return handler.apply(state, command);
    };
  }

  /**
   * The entity could not be read back. When that is not the database's doing, the entity itself is
   * broken, which must not make the node refuse everything.
   *
   * @return whether the database is to blame
   */
  public boolean recoveryFailed(String entity, Throwable failure) {
    if (StoreFailure.isOfTheStore(failure)) {
      return true;
    }
    reason =
        Refused.of(
            ErrorCode.INTERNAL,
            "the journal of %s cannot be read by this registry node (%s); upgrade it if another"
                    .formatted(entity, StoreFailure.cause(failure))
                + " one wrote newer events, or restore the database; other names are not affected");
    return false;
  }

  /** What is answered to all that wait when it ends. */
  public Refused reason() {
    return reason;
  }

  private final class Gate extends BehaviorInterceptor<C, C> {
    private Gate() {
      super(protocol);
    }

    @Override
    public Behavior<C> aroundReceive(
        TypedActorContext<C> context, C message, ReceiveTarget<C> target) {
      if (waiting.size() >= MOST) {
        StoreAway.refuse(message, TOO_MANY);
        return Behaviors.same();
      }
      waiting.add(message);
      return target.apply(context, message);
    }

    @Override
    public Behavior<C> aroundSignal(
        TypedActorContext<C> context, Signal signal, SignalTarget<C> target) {
      Behavior<C> next = target.apply(context, signal);
      if (signal instanceof PostStop) {
        waiting.forEach(command -> StoreAway.refuse(command, reason));
        waiting.clear();
      }
      return next;
    }
  }
}
