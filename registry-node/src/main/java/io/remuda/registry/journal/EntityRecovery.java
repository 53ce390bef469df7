package io.remuda.registry.journal;

import akka.actor.typed.javadsl.ActorContext;

/**
 * How a sharded entity is read back from the journal: what comes of it when that has worked, when
 * it has not, and when the journal goes on further. Belongs to one actor.
 */
public final class EntityRecovery<C> {

  /**
   * Which entity it is.
   *
   * @param said for whoever is refused
   * @param logged in the log's lines
   */
  public record Subject(String persistenceId, String said, String logged) {}

  private final ActorContext<C> context;
  private final Subject subject;
  private final Unreadable unreadable;
  private final Runnable storeDown;
  private final WaitingCommands<C> waiting;
  private final Succession<C> succession;

  /**
   * @param storeDown told when it is the database that fails
   */
  public EntityRecovery(
      ActorContext<C> context,
      Subject subject,
      Unreadable unreadable,
      Runnable storeDown,
      WaitingCommands<C> waiting,
      Succession<C> succession) {
    this.context = context;
    this.subject = subject;
    this.unreadable = unreadable;
    this.storeDown = storeDown;
    this.waiting = waiting;
    this.succession = succession;
  }

  /**
   * @param applied how many events made what was read back
   * @param last number of the last event
   * @throws IllegalStateException when some events are missing, which is a failure then
   */
  public void completed(long applied, long last) {
    JournalGap.refuseAny(subject.persistenceId(), applied, last);
    unreadable.read(subject.persistenceId());
  }

  /**
   * An outage fails all entities and is told of once for all: by whoever probes the database.
   *
   * @return whether the entity itself is broken, and not the database away
   */
  public boolean failed(Throwable failure) {
    boolean storeAway = waiting.recoveryFailed(subject.said(), failure);
    if (storeAway) {
      storeDown.run();
      return false;
    }
    if (unreadable.isNews(subject.persistenceId(), waiting.reason().message())) {
      context
          .getLog()
          .warn("event=recovery-failed {} why={}", subject.logged(), failure.toString());
    }
    return true;
  }

  /**
   * A write of an earlier owner may reach the journal when this one has read it already. It ends
   * then, and the next one reads all: nobody would carry out what was written until this one wrote.
   *
   * @param known number of the last event that this one knows
   * @param written the journal goes up to it
   * @param wake what told so; it makes the next one be there
   */
  public void told(long known, long written, C wake) {
    if (written <= known) {
      return;
    }
    context
        .getLog()
        .warn("event=behind-journal {} known={} written={}", subject.logged(), known, written);
    succession.begin(context.getSelf(), wake);
  }
}
