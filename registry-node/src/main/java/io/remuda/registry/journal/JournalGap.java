package io.remuda.registry.journal;

/**
 * Events of one name that are missing from the journal, which never loses or deletes one by itself
 * but with all others of an ended lease: somebody took rows out of the database, or restored a part
 * of it.
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

  /**
   * Refuses a name that was read back from too few events: what was decided by those that are
   * missing is unknown, and numbers would be given out twice.
   *
   * @param applied how many events made what was read back
   * @param last number of the last event of {@code persistenceId}
   * @throws IllegalStateException when some are missing
   */
  public static void refuseAny(String persistenceId, long applied, long last) {
    if (applied < last) {
      throw new IllegalStateException(
          "of the %d events of %s %d are missing; 'remuda journal verify' says which"
              .formatted(last, persistenceId, last - applied));
    }
  }
}
