package io.remuda.registry.audit;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.remuda.protocol.AuditProtocol.Command;
import io.remuda.protocol.AuditProtocol.Keep;
import io.remuda.protocol.AuditProtocol.Kept;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.registry.audit.AuditEvent.Operated;
import io.remuda.registry.journal.JournalGap;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.journal.WaitingCommands;
import java.time.Clock;
import java.util.Optional;

/** Writes down who changed the fleet; answers when it is in the journal, and not before. */
public final class AuditActor extends EventSourcedBehavior<Command, AuditEvent, AuditState> {

  private static final int SNAPSHOTS_KEPT = 2;

  private final ActorContext<Command> context;
  private final Clock clock;
  private final int snapshotEvery;
  private final Runnable storeDown;
  private final Unreadable unreadable;
  private final WaitingCommands<Command> waiting;
  private Optional<ActorRef<Kept>> unanswered = Optional.empty();

  private AuditActor(
      ActorContext<Command> context,
      Clock clock,
      int snapshotEvery,
      Runnable storeDown,
      Unreadable unreadable,
      WaitingCommands<Command> waiting) {
    super(
        PersistenceId.ofUniqueId(PersistenceIds.audit()),
        unreadable.ending(PersistenceIds.audit()));
    this.context = context;
    this.clock = clock;
    this.snapshotEvery = snapshotEvery;
    this.storeDown = storeDown;
    this.unreadable = unreadable;
    this.waiting = waiting;
  }

  /**
   * The behaviour.
   *
   * @param storeDown told when the journal did not take an event
   */
  public static Behavior<Command> create(
      Clock clock, int snapshotEvery, Runnable storeDown, Unreadable unreadable) {
    return Behaviors.setup(
        context -> {
          WaitingCommands<Command> waiting = new WaitingCommands<>(Command.class);
          return waiting.around(
              new AuditActor(context, clock, snapshotEvery, storeDown, unreadable, waiting));
        });
  }

  @Override
  public AuditState emptyState() {
    return new AuditState(0);
  }

  @Override
  public EventHandler<AuditState, AuditEvent> eventHandler() {
    return (state, event) -> state.next();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT);
  }

  @Override
  public SignalHandler<AuditState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              JournalGap.refuseAny(
                  PersistenceIds.audit(), state.sequence(), lastSequenceNumber(context));
              unreadable.read(PersistenceIds.audit());
            })
        .onSignal(RecoveryFailed.class, (state, failed) -> onRecoveryFailed(failed.getFailure()))
        .onSignal(PostStop.instance(), state -> onStopped())
        .build();
  }

  private void onRecoveryFailed(Throwable failure) {
    boolean storeAway = waiting.recoveryFailed("the audit", failure);
    if (!storeAway && unreadable.isNews(PersistenceIds.audit(), waiting.reason().message())) {
      context.getLog().warn("event=recovery-failed audit why={}", failure.toString());
    }
    if (storeAway) {
      storeDown.run();
    }
  }

  private void onStopped() {
    unanswered.ifPresent(
        caller -> {
          storeDown.run();
          caller.tell(
              new Kept(
                  Optional.of(
                      Refused.of(
                          ErrorCode.STORE_UNAVAILABLE,
                          "the journal's database did not confirm it"))));
        });
  }

  @Override
  public CommandHandler<Command, AuditEvent, AuditState> commandHandler() {
    return waiting.counting(handlers());
  }

  private CommandHandler<Command, AuditEvent, AuditState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Keep.class,
            keep -> {
              unanswered = Optional.of(keep.replyTo());
              return Effect()
                  .persist(new Operated(keep.deed(), clock.instant()))
                  .thenRun(
                      state -> {
                        unanswered = Optional.empty();
                        keep.replyTo().tell(new Kept(Optional.empty()));
                      });
            })
        .build();
  }
}
