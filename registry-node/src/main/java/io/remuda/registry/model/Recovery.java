package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.EntityRecovery;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.RegistryMessage.Look;
import io.remuda.registry.model.RegistryMessage.Written;

/**
 * How a name's owner is read back from the journal, and what the fleet is told of one that is
 * broken. Belongs to one actor.
 */
final class Recovery {

  private final ActorContext<Command> context;
  private final WaitingCommands<Command> waiting;
  private final Announcing announcing;
  private final EntityRecovery<Command> entity;

  /** Of the last event, once it is known. */
  private long numbered;

  private boolean failed;

  Recovery(
      ActorContext<Command> context,
      ModelName name,
      Surroundings around,
      WaitingCommands<Command> waiting,
      Announcing announcing,
      Succession<Command> succession) {
    this.context = context;
    this.waiting = waiting;
    this.announcing = announcing;
    this.entity =
        new EntityRecovery<>(
            context,
            new EntityRecovery.Subject(
                PersistenceIds.model(name.value()), "model " + name, "model=" + name),
            around.unreadable(),
            around.storeDown(),
            waiting,
            succession);
  }

  /**
   * @param last number of the last event
   * @throws IllegalStateException when some events are missing, which is a failure then
   */
  void completed(ModelState state, long last) {
    numbered = last;
    entity.completed(state.sequence(), last);
    if (state.sequence() == 0) {
      announcing.asFirstOwner();
    }
    context.getSelf().tell(Look.NOW);
  }

  /** A name that is broken is refused and listed with the reason; all others are served. */
  void failed(ModelState state, Throwable failure) {
    if (failed) {
      // Akka may tell the same failure twice.
      return;
    }
    failed = true;
    if (entity.failed(failure)) {
      announcing.broken(state, Math.max(numbered, state.sequence()), waiting.reason().message());
    }
  }

  void told(ModelState state, Written written) {
    entity.told(state.sequence(), written.sequence(), written);
  }
}
