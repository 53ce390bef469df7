package io.remuda.registry.lease;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.journal.JournalGap;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.Surroundings;

/**
 * How a lease is read back from the journal: what comes of it when that has worked, when it has
 * not, and when the journal goes on further. Belongs to one actor.
 */
final class LeaseRecovery {

  private final ActorContext<Command> context;
  private final LeaseId id;
  private final Surroundings around;
  private final WaitingCommands<Command> waiting;
  private final Succession<Command> succession;
  private final String persistenceId;
  private boolean readBack;

  LeaseRecovery(
      ActorContext<Command> context,
      LeaseId id,
      Surroundings around,
      WaitingCommands<Command> waiting,
      Succession<Command> succession) {
    this.context = context;
    this.id = id;
    this.around = around;
    this.waiting = waiting;
    this.succession = succession;
    this.persistenceId = PersistenceIds.lease(id.value());
  }

  /**
   * @param last number of the last event
   * @throws IllegalStateException when some events are missing, which is a failure then
   */
  void completed(LeaseState state, long last) {
    JournalGap.refuseAny(persistenceId, state.sequence(), last);
    around.unreadable().read(persistenceId);
    readBack = true;
  }

  /** A lease that is broken is refused with the reason; an outage is told of once for all. */
  void failed(Throwable failure) {
    boolean storeAway = waiting.recoveryFailed("lease " + id, failure);
    if (storeAway || around.unreadable().isNews(persistenceId, waiting.reason().message())) {
      context.getLog().warn("event=recovery-failed lease={} why={}", id, failure.toString());
    }
    if (storeAway) {
      around.storeDown().run();
    }
  }

  /** A write of an earlier owner may reach the journal when this one has read it already. */
  void told(LeaseState state, LeaseMessage.Written written) {
    if (written.sequence() <= state.sequence()) {
      return;
    }
    context
        .getLog()
        .warn(
            "event=behind-journal lease={} known={} written={}",
            id,
            state.sequence(),
            written.sequence());
    succession.begin(context.getSelf(), written);
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
