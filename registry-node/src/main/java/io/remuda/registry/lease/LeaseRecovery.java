package io.remuda.registry.lease;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.journal.EntityRecovery;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;

/**
 * How a lease is read back from the journal, and what whoever still waits learns when it ends.
 * Belongs to one actor.
 */
final class LeaseRecovery {

  private final LeaseId id;
  private final WaitingCommands<Command> waiting;
  private final EntityRecovery<Command> entity;
  private boolean readBack;

  LeaseRecovery(
      ActorContext<Command> context,
      LeaseId id,
      Surroundings around,
      WaitingCommands<Command> waiting,
      Succession<Command> succession) {
    this.id = id;
    this.waiting = waiting;
    this.entity =
        new EntityRecovery<>(
            context,
            new EntityRecovery.Subject(
                PersistenceIds.lease(id.value()), "lease " + id, "lease=" + id),
            around.unreadable(),
            around.storeDown(),
            waiting,
            succession);
  }

  /**
   * @param last number of the last event
   * @throws IllegalStateException when some events are missing, which is a failure then
   */
  void completed(LeaseState state, long last) {
    entity.completed(state.sequence(), last);
    readBack = true;
  }

  void failed(Throwable failure) {
    entity.failed(failure);
  }

  void told(LeaseState state, LeaseMessage.Written written) {
    entity.told(state.sequence(), written.sequence(), written);
  }

  /**
   * What whoever wanted something learns when the actor ends: nobody knows what came of it.
   *
   * @param writing whether it was being written
   */
  Refused leaves(boolean writing) {
    if (writing) {
      return Refused.of(
          ErrorCode.STORE_UNAVAILABLE,
          "the journal's database did not confirm the change to lease %s; look at it again"
              .formatted(id));
    }
    return readBack
        ? Refused.of(
            ErrorCode.REGISTRY_UNAVAILABLE,
            "lease %s was handed to another registry node; look at it again".formatted(id))
        : waiting.reason();
  }
}
