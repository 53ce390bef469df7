package io.remuda.registry.audit;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
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
import io.remuda.registry.journal.PersistenceIds;
import java.time.Clock;
import java.util.Optional;

/** Writes down who changed the fleet; answers when it is in the journal, and not before. */
public final class AuditActor extends EventSourcedBehavior<Command, AuditEvent, AuditState> {

  private static final int SNAPSHOTS_KEPT = 2;

  private final Clock clock;
  private final int snapshotEvery;
  private Optional<ActorRef<Kept>> unanswered = Optional.empty();

  private AuditActor(Clock clock, int snapshotEvery) {
    super(PersistenceId.ofUniqueId(PersistenceIds.audit()));
    this.clock = clock;
    this.snapshotEvery = snapshotEvery;
  }

  public static Behavior<Command> create(Clock clock, int snapshotEvery) {
    return Behaviors.setup(context -> new AuditActor(clock, snapshotEvery));
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
            PostStop.instance(),
            state ->
                unanswered.ifPresent(
                    caller ->
                        caller.tell(
                            new Kept(
                                Optional.of(
                                    Refused.of(
                                        ErrorCode.STORE_UNAVAILABLE,
                                        "the journal's database did not confirm it"))))))
        .build();
  }

  @Override
  public CommandHandler<Command, AuditEvent, AuditState> commandHandler() {
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
