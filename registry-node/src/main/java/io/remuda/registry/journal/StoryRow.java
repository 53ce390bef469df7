package io.remuda.registry.journal;

import io.remuda.protocol.model.EventView;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** An event of the story, and its number among those of its name. */
record StoryRow(EventView event, String persistenceId, long number) {

  /** The kind of an event that this version cannot read. */
  private static final String UNREADABLE = "Unreadable";

  /** The columns that {@link #read} needs. */
  static final String COLUMNS =
      """
      "ordering", "event_ser_id", "event_ser_manifest", "event_payload", "persistence_id",
        "sequence_number\"""";

  /** The row that {@code rows} stands at. */
  static StoryRow read(ResultSet rows) throws SQLException {
    return new StoryRow(
        view(rows.getLong(1), rows.getString(3), rows.getBytes(4)),
        rows.getString(5),
        rows.getLong(6));
  }

  private static EventView view(long ordering, String manifest, byte[] bytes) {
    try {
      return ((JournalEvent) JournalSerializer.decode(bytes, manifest)).view(ordering);
    } catch (IOException | IllegalArgumentException e) {
      // One that cannot be read hides none of the others.
      return new EventView(
          ordering,
          Instant.EPOCH,
          UNREADABLE,
          "",
          "event %d cannot be read by this registry node: %s".formatted(ordering, e.getMessage()),
          Map.of(),
          List.of());
    }
  }

  /** This one, which also tells what is missing when {@code before} is the number before it. */
  StoryRow after(long before) {
    if (number == before + 1) {
      return this;
    }
    JournalGap missing = new JournalGap(persistenceId, before + 1, number - 1);
    String text = event.text() + " [before it %s]".formatted(missing.text());
    return new StoryRow(event.saying(text), persistenceId, number);
  }

  /**
   * Whether it happened to this deployment, machine, lease or key. One that cannot be read is of
   * the name whose it is; of keys, which share one, it is nobody's.
   */
  boolean isOf(String subject) {
    return event.subject().equals(subject)
        || (event.kind().equals(UNREADABLE) && !persistenceId.equals(PersistenceIds.access()));
  }
}
