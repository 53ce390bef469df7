package io.remuda.deploy.actors;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.persistence.PersistentRepr;
import java.time.Duration;
import java.util.List;

/** What a {@link ScriptedJournal} does with each write; one an actor system. */
final class JournalScript implements Extension {

  /** What becomes of a write. */
  enum Fate {
    /** Written, and its writer is told. */
    KEPT,
    /** Not written; the journal says that it will not. */
    REFUSED,
    /** Not written; the journal fails. */
    FAILED,
    /** Written; the journal fails all the same, so that its writer does not know. */
    KEPT_AND_FAILED,
    /** A planted bug: its writer is told first and acts on what is only about to be written. */
    TOLD_FIRST,
    /** A planted bug: its writer is told, and it is never written. */
    TOLD_ONLY
  }

  /** Whoever decides. */
  interface Author {
    Fate fate(String persistenceId, List<PersistentRepr> rows);

    /** How long it takes to write them. */
    Duration writing();

    /**
     * Whether their numbers are free: another life of their writer may have taken them meanwhile.
     */
    boolean fits(List<PersistentRepr> rows);

    /** They are in the journal; nobody was told yet. */
    void kept(List<PersistentRepr> rows);

    /** Between a write and the word to its writer. */
    Duration pause();
  }

  private static final class Id extends AbstractExtensionId<JournalScript> {
    @Override
    public JournalScript createExtension(ExtendedActorSystem system) {
      return new JournalScript();
    }
  }

  private static final Author NOBODY =
      new Author() {
        @Override
        public Fate fate(String persistenceId, List<PersistentRepr> rows) {
          return Fate.FAILED;
        }

        @Override
        public Duration writing() {
          return Duration.ZERO;
        }

        @Override
        public boolean fits(List<PersistentRepr> rows) {
          return false;
        }

        @Override
        public void kept(List<PersistentRepr> rows) {}

        @Override
        public Duration pause() {
          return Duration.ZERO;
        }
      };

  private static final Id ID = new Id();

  private Author author = NOBODY;

  private JournalScript() {}

  static JournalScript of(ActorSystem system) {
    return ID.get(system);
  }

  void by(Author next) {
    author = next;
  }

  /** What is written belongs to nobody's play. */
  void end() {
    author = NOBODY;
  }

  Fate fate(String persistenceId, List<PersistentRepr> rows) {
    return author.fate(persistenceId, rows);
  }

  Duration writing() {
    return author.writing();
  }

  boolean fits(List<PersistentRepr> rows) {
    return author.fits(rows);
  }

  void kept(List<PersistentRepr> rows) {
    author.kept(rows);
  }

  Duration pause() {
    return author.pause();
  }
}
