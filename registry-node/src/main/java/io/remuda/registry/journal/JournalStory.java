package io.remuda.registry.journal;

import io.remuda.protocol.model.EventView;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The journal read as the fleet's story, page by page. A page holds no more events than were asked
 * for and no more bytes than a message bears; who goes on from its last event gets the rest. All
 * methods block.
 *
 * <p>Events that are missing between two of one name are told of with the later one.
 */
final class JournalStory {

  /** Well below a frame of Artery, which drops what is larger. */
  private static final int PAGE_BYTES = 120_000;

  private static final String SELECT =
      """
      SELECT "ordering", "event_ser_id", "event_ser_manifest", "event_payload",
        "persistence_id", "sequence_number"
      FROM "event_journal" WHERE\s""";

  private static final String OF_SUBJECT = " AND \"persistence_id\" IN (?, ?, ?)";

  /** A page of the journal, with its rows' places. */
  record Page(List<EventView> events, long highest) {
    Page {
      events = List.copyOf(events);
    }
  }

  /** An event, and its number among those of its name. */
  private record Row(EventView event, String persistenceId, long number) {}

  /** What was read, and up to which place; whether more may be there. */
  private record Rows(List<Row> rows, long last, int read) {}

  private final DataSource source;
  private final int pageLimit;

  JournalStory(DataSource source, int pageLimit) {
    this.source = source;
    this.pageLimit = pageLimit;
  }

  /** The highest place that was taken so far; 0 in an empty journal. */
  long highest() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("SELECT MAX(\"ordering\") FROM \"event_journal\"");
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /**
   * Events after {@code after}, oldest first.
   *
   * <p>Places are handed out before a write commits, so a hole may still be filled: the page ends
   * at the first hole above {@code settled}, lest a reader who goes on from there misses an event.
   *
   * @param settled up to here every write has been committed or rolled back
   */
  Page page(long after, int limit, long settled) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                SELECT + "\"ordering\" > ? ORDER BY \"ordering\" LIMIT ?")) {
      statement.setLong(1, after);
      statement.setInt(2, Math.min(limit, pageLimit));
      Rows read = read(statement, after, settled);
      return page(read.rows(), limit, after == 0, read.last());
    }
  }

  /**
   * The same for one deployment, machine or key: its events are written one after the other. All
   * keys share one journal of their own, which is read on until the page is full.
   */
  Page page(long after, int limit, String subject) throws SQLException {
    int most = Math.min(limit, pageLimit);
    List<Row> found = new ArrayList<>();
    long last = after;
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                SELECT + "\"ordering\" > ?" + OF_SUBJECT + " ORDER BY \"ordering\" LIMIT ?")) {
      for (boolean more = true; more; ) {
        statement.setLong(1, last);
        bindSubject(statement, 2, subject);
        statement.setInt(5, pageLimit);
        Rows read = read(statement, last, Long.MAX_VALUE);
        read.rows().stream().filter(row -> isOf(row, subject)).forEach(found::add);
        more = read.last() > last && found.size() < most && bytes(found) < PAGE_BYTES;
        last = read.last();
      }
    }
    return page(found, most, after == 0, last);
  }

  /** The last events, of one deployment, machine or key or of all; the oldest of them first. */
  List<EventView> newest(int limit, Optional<String> subject) throws SQLException {
    int most = Math.min(limit, pageLimit);
    List<Row> found = new ArrayList<>();
    long before = Long.MAX_VALUE;
    boolean all = false;
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                SELECT
                    + "\"ordering\" < ?"
                    + (subject.isPresent() ? OF_SUBJECT : "")
                    + " ORDER BY \"ordering\" DESC LIMIT "
                    + pageLimit)) {
      for (boolean more = true; more; ) {
        statement.setLong(1, before);
        if (subject.isPresent()) {
          bindSubject(statement, 2, subject.get());
        }
        Rows read = read(statement, before, Long.MAX_VALUE);
        read.rows().stream()
            .filter(row -> subject.isEmpty() || isOf(row, subject.get()))
            .forEach(found::add);
        all = read.read() == 0;
        more = !all && found.size() < most && bytes(found) < PAGE_BYTES;
        before = read.last();
      }
    }
    List<Row> rows = new ArrayList<>(found.subList(0, fitting(found, most)));
    Collections.reverse(rows);
    return told(rows, all && rows.size() == found.size());
  }

  /** The events of {@code persistenceId} with these numbers, as far as they are there. */
  List<EventView> numbered(String persistenceId, Collection<Long> numbers) throws SQLException {
    List<EventView> found = new ArrayList<>();
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                SELECT + "\"persistence_id\" = ? AND \"sequence_number\" = ?")) {
      for (long number : numbers) {
        statement.setString(1, persistenceId);
        statement.setLong(2, number);
        read(statement, 0, Long.MAX_VALUE).rows().forEach(row -> found.add(row.event()));
      }
    }
    return found;
  }

  private static Page page(List<Row> rows, int most, boolean fromTheFirst, long last) {
    int kept = fitting(rows, most);
    List<EventView> events = told(rows.subList(0, kept), fromTheFirst);
    return new Page(events, kept == rows.size() ? last : events.get(events.size() - 1).offset());
  }

  /** How many of {@code rows} fit into a page; at least one. */
  private static int fitting(List<Row> rows, int most) {
    int bytes = 0;
    int count = 0;
    for (Row row : rows.subList(0, Math.min(most, rows.size()))) {
      bytes += row.event().size();
      if (bytes > PAGE_BYTES && count > 0) {
        break;
      }
      count++;
    }
    return count;
  }

  private static int bytes(List<Row> rows) {
    return rows.stream().mapToInt(row -> row.event().size()).sum();
  }

  /**
   * The events, each with what is missing before it.
   *
   * @param fromTheFirst whether nothing was left out before the first of them
   */
  private static List<EventView> told(List<Row> rows, boolean fromTheFirst) {
    Map<String, Long> last = new HashMap<>();
    List<EventView> events = new ArrayList<>();
    for (Row row : rows) {
      long before = last.getOrDefault(row.persistenceId(), fromTheFirst ? 0 : row.number() - 1);
      last.put(row.persistenceId(), row.number());
      events.add(
          row.number() == before + 1
              ? row.event()
              : row.event()
                  .saying(
                      row.event().text()
                          + " [before it %s]"
                              .formatted(
                                  new JournalGap(row.persistenceId(), before + 1, row.number() - 1)
                                      .text())));
    }
    return events;
  }

  private static boolean isOf(Row row, String subject) {
    return row.event().subject().equals(subject);
  }

  private static void bindSubject(PreparedStatement statement, int first, String subject)
      throws SQLException {
    statement.setString(first, PersistenceIds.model(subject));
    statement.setString(first + 1, PersistenceIds.machine(subject));
    statement.setString(first + 2, PersistenceIds.access());
  }

  private static Rows read(PreparedStatement statement, long from, long settled)
      throws SQLException {
    List<Row> found = new ArrayList<>();
    long last = from;
    int read = 0;
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        long ordering = rows.getLong(1);
        if (ordering > settled && ordering != last + 1) {
          break;
        }
        last = ordering;
        read++;
        if (rows.getInt(2) == JournalSerializer.IDENTIFIER) {
          found.add(
              new Row(
                  view(ordering, rows.getString(3), rows.getBytes(4)),
                  rows.getString(5),
                  rows.getLong(6)));
        }
      }
    }
    return new Rows(found, last, read);
  }

  private static EventView view(long ordering, String manifest, byte[] bytes) {
    try {
      return ((JournalEvent) JournalSerializer.decode(bytes, manifest)).view(ordering);
    } catch (IOException | IllegalArgumentException e) {
      // One that cannot be read hides none of the others.
      return new EventView(
          ordering,
          Instant.EPOCH,
          "Unreadable",
          "",
          "event %d cannot be read by this registry node: %s".formatted(ordering, e.getMessage()),
          Map.of(),
          List.of());
    }
  }
}
