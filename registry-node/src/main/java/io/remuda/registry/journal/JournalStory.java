package io.remuda.registry.journal;

import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.model.EventView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
      "SELECT " + StoryRow.COLUMNS + " FROM \"event_journal\" WHERE ";

  private static final String OF_SUBJECT = " AND \"persistence_id\" IN (?, ?, ?, ?)";

  /** A page of the journal, with its rows' places. */
  record Page(List<EventView> events, long highest) {
    Page {
      events = List.copyOf(events);
    }
  }

  /** What was read, and up to which place; whether more may be there. */
  private record Rows(List<StoryRow> rows, long last, int read) {}

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
      return page(told(read.rows(), new Numbers(after == 0)), limit, read.last());
    }
  }

  /**
   * The same for one deployment, machine, lease or key: its events are written one after the other.
   * All keys share one journal of their own, which is read on until the page is full.
   */
  Page page(long after, int limit, String subject) throws SQLException {
    int most = Math.min(limit, pageLimit);
    List<StoryRow> found = new ArrayList<>();
    Numbers numbers = new Numbers(after == 0);
    long last = after;
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                SELECT + "\"ordering\" > ?" + OF_SUBJECT + " ORDER BY \"ordering\" LIMIT ?")) {
      for (boolean more = true; more; ) {
        statement.setLong(1, last);
        bindSubject(statement, 2, subject);
        statement.setInt(6, pageLimit);
        Rows read = read(statement, last, Long.MAX_VALUE);
        // First, because what is another subject's, or cannot be read, is not missing.
        told(read.rows(), numbers).stream().filter(row -> row.isOf(subject)).forEach(found::add);
        more = read.last() > last && found.size() < most && bytes(found) < PAGE_BYTES;
        last = read.last();
      }
    }
    return page(found, most, last);
  }

  /**
   * The last events, of one deployment, machine, lease or key or of all; the oldest of them first.
   */
  List<EventView> newest(int limit, Optional<String> subject) throws SQLException {
    int most = Math.min(limit, pageLimit);
    NewestRows rows = new NewestRows(subject);
    long before = Long.MAX_VALUE;
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
        read.rows().forEach(rows::see);
        if (read.read() == 0) {
          rows.seenAll();
        }
        more = read.read() > 0 && rows.found().size() < most && bytes(rows.found()) < PAGE_BYTES;
        before = read.last();
      }
    }
    List<EventView> newest = new ArrayList<>();
    rows.found().subList(0, fitting(rows.found(), most)).forEach(row -> newest.add(row.event()));
    Collections.reverse(newest);
    return newest;
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

  private static Page page(List<StoryRow> rows, int most, long last) {
    int kept = fitting(rows, most);
    List<EventView> events = rows.subList(0, kept).stream().map(StoryRow::event).toList();
    return new Page(events, kept == rows.size() ? last : events.get(events.size() - 1).offset());
  }

  /** How many of {@code rows} fit into a page; at least one. */
  private static int fitting(List<StoryRow> rows, int most) {
    int bytes = 0;
    int count = 0;
    for (StoryRow row : rows.subList(0, Math.min(most, rows.size()))) {
      bytes += row.event().size();
      if (bytes > PAGE_BYTES && count > 0) {
        break;
      }
      count++;
    }
    return count;
  }

  private static int bytes(List<StoryRow> rows) {
    return rows.stream().mapToInt(row -> row.event().size()).sum();
  }

  /** The last number that was seen of each name. */
  private static final class Numbers {
    private final Map<String, Long> last = new HashMap<>();
    private final boolean fromTheFirst;

    /**
     * @param fromTheFirst whether nothing was left out before the first row
     */
    Numbers(boolean fromTheFirst) {
      this.fromTheFirst = fromTheFirst;
    }

    /** The number before {@code row}'s, of its name. */
    long before(StoryRow row) {
      Long known = last.put(row.persistenceId(), row.number());
      return known != null ? known : fromTheFirst ? 0 : row.number() - 1;
    }
  }

  /** The rows, each with what is missing before it. */
  private static List<StoryRow> told(List<StoryRow> rows, Numbers numbers) {
    return rows.stream().map(row -> row.after(numbers.before(row))).toList();
  }

  private static void bindSubject(PreparedStatement statement, int first, String subject)
      throws SQLException {
    statement.setString(first, PersistenceIds.model(subject));
    statement.setString(first + 1, PersistenceIds.machine(subject));
    statement.setString(first + 2, PersistenceIds.lease(subject));
    // Both have one name for all their subjects, and no subject is in both.
    boolean isAudit = subject.equals(AuditProtocol.SUBJECT);
    statement.setString(first + 3, isAudit ? PersistenceIds.audit() : PersistenceIds.access());
  }

  private static Rows read(PreparedStatement statement, long from, long settled)
      throws SQLException {
    List<StoryRow> found = new ArrayList<>();
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
          found.add(StoryRow.read(rows));
        }
      }
    }
    return new Rows(found, last, read);
  }
}
