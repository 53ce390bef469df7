package io.remuda.registry.journal;

/**
 * Events of one name that are missing from the journal, which never loses or deletes one by itself:
 * somebody took rows out of the database, or restored a part of it.
 *
 * @param persistenceId whose they are
 * @param first number of the first one that is missing
 * @param last number of the last one before the next that is there
 */
public record JournalGap(String persistenceId, long first, long last) {

  /** What is missing, as the beginning of a sentence. */
  public String text() {
    return first == last
        ? "event %d of %s is missing from the journal".formatted(first, persistenceId)
        : "events %d to %d of %s are missing from the journal"
            .formatted(first, last, persistenceId);
  }
}
