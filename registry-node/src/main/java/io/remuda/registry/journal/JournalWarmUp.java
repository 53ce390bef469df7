package io.remuda.registry.journal;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;

/**
 * Reads a journal entry that nobody writes, so that the plug-in, its threads and its connections
 * are there before the first name needs them. Tells whether it could, and ends.
 */
public final class JournalWarmUp extends EventSourcedBehavior<Done, Done, Done> {

  private static final PersistenceId NOBODY = PersistenceId.ofUniqueId("warm-up");

  private final ActorRef<Boolean> replyTo;
  private final Runnable end;

  private JournalWarmUp(ActorRef<Boolean> replyTo, Runnable end) {
    super(NOBODY);
    this.replyTo = replyTo;
    this.end = end;
  }

  public static Behavior<Done> create(ActorRef<Boolean> replyTo) {
    return Behaviors.setup(
        context -> new JournalWarmUp(replyTo, () -> context.getSelf().tell(Done.getInstance())));
  }

  @Override
  public Done emptyState() {
    return Done.getInstance();
  }

  @Override
  public CommandHandler<Done, Done, Done> commandHandler() {
    return (state, command) -> Effect().stop();
  }

  @Override
  public EventHandler<Done, Done> eventHandler() {
    return (state, event) -> state;
  }

  @Override
  public SignalHandler<Done> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.class,
            (state, completed) -> {
              replyTo.tell(true);
              end.run();
            })
        .onSignal(RecoveryFailed.class, (state, failed) -> replyTo.tell(false))
        .build();
  }
}
