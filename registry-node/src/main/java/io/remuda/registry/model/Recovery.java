package io.remuda.registry.model;

import akka.actor.typed.javadsl.ActorContext;
import io.remuda.protocol.RegistryProtocol.Command;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.journal.JournalGap;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.WaitingCommands;
import io.remuda.registry.model.RegistryMessage.Look;
import io.remuda.registry.model.RegistryMessage.Written;

/**
 * How a name's owner is read back from the journal: what comes of it when that has worked, when it
 * has not, and when the journal goes on further. Belongs to one actor.
 */
final class Recovery {

  private final ActorContext<Command> context;
  private final ModelName name;
  private final Surroundings around;
  private final WaitingCommands<Command> waiting;
  private final Announcing announcing;
  private final Succession<Command> succession;
  private final String persistenceId;

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
    this.name = name;
    this.around = around;
    this.waiting = waiting;
    this.announcing = announcing;
    this.succession = succession;
    this.persistenceId = PersistenceIds.model(name.value());
  }

  /**
   * @param last number of the last event
   * @throws IllegalStateException when some events are missing, which is a failure then
   */
  void completed(ModelState state, long last) {
    numbered = last;
    JournalGap.refuseAny(persistenceId, state.sequence(), last);
    around.unreadable().read(persistenceId);
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
    boolean storeAway = waiting.recoveryFailed("model " + name, failure);
    // An outage fails all names and is told of once for all: by whoever probes the database.
    if (!storeAway && around.unreadable().isNews(persistenceId, waiting.reason().message())) {
      context.getLog().warn("event=recovery-failed model={} why={}", name, failure.toString());
    }
    if (storeAway) {
      around.storeDown().run();
      return;
    }
    announcing.broken(state, Math.max(numbered, state.sequence()), waiting.reason().message());
  }

  /**
   * A write of an earlier owner may reach the journal when this one has read it already. It ends
   * then, and the next one reads all: nobody would carry out what was written until this one wrote.
   */
  void told(ModelState state, Written written) {
    if (written.sequence() <= state.sequence()) {
      return;
    }
    context
        .getLog()
        .warn(
            "event=behind-journal model={} known={} written={}",
            name,
            state.sequence(),
            written.sequence());
    succession.begin(context.getSelf(), written);
  }
}
