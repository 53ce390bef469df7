package io.remuda.registry.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.EventView;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/**
 * The journal's database beside the plug-in that writes it: schema, identity, names, pages of
 * events. All methods but {@link #id}, {@link #isUp} and {@link #markDown} block and belong on a
 * dispatcher for that.
 *
 * <p>It also remembers whether the database answers, so that an actor that needs it can refuse at
 * once instead of letting its caller wait.
 */
public final class JournalStore implements AutoCloseable {

  private static final int CONNECTIONS = 2;
  private static final Duration EMBEDDED_OPEN_LIMIT = Duration.ofSeconds(20);

  /** A page of the journal, with its rows' places. */
  public record Page(List<EventView> events, long highest) {
    public Page {
      events = List.copyOf(events);
    }
  }

  /** A name that has a journal, and where its first event stands. */
  public record Named(String persistenceId, long ordering) {}

  private final JournalSettings settings;
  private final HikariDataSource source;
  private volatile Optional<JournalId> id = Optional.empty();
  private volatile boolean up;

  public JournalStore(JournalSettings settings) {
    this.settings = settings;
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("remuda-journal-reader");
    pool.setJdbcUrl(settings.url());
    pool.setUsername(settings.user());
    pool.setPassword(settings.password());
    pool.setMaximumPoolSize(CONNECTIONS);
    pool.setMinimumIdle(0);
    // Opening an embedded database is this JVM's own work and takes its time on a cold start.
    pool.setConnectionTimeout(
        settings.embedded()
            ? EMBEDDED_OPEN_LIMIT.toMillis()
            : settings.connectionTimeout().toMillis());
    pool.setInitializationFailTimeout(-1);
    this.source = new HikariDataSource(pool);
  }

  public JournalSettings settings() {
    return settings;
  }

  /** The journal's identity, once {@link #prepare} has succeeded. */
  public Optional<JournalId> id() {
    return id;
  }

  /** Whether the database answered when it was last asked. */
  public boolean isUp() {
    return up && id.isPresent();
  }

  /** Somebody found that it does not answer. */
  public void markDown() {
    up = false;
  }

  /** Brings the schema up to date and reads or mints the journal's identity. */
  public JournalId prepare() throws SQLException {
    Flyway.configure()
        .dataSource(source)
        .locations(
            "classpath:io/remuda/registry/journal/" + (settings.embedded() ? "h2" : "postgresql"))
        .table("remuda_schema_history")
        .loggers("slf4j")
        .load()
        .migrate();
    JournalId found = readOrMint();
    id = Optional.of(found);
    up = true;
    return found;
  }

  /** Asks the database for a sign of life. */
  public void probe() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement("SELECT 1");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      up = true;
    }
  }

  /** A number above all that were given out before, to any registry node of this journal. */
  public long nextTerm() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                settings.embedded()
                    ? "SELECT NEXT VALUE FOR \"remuda_owner_term\""
                    : "SELECT nextval('\"remuda_owner_term\"')");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Names whose first event stands after {@code ordering}. */
  public List<Named> names(long ordering) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT "persistence_id", "ordering" FROM "event_journal"
                WHERE "sequence_number" = 1 AND "ordering" > ? ORDER BY "ordering"
                """)) {
      statement.setLong(1, ordering);
      List<Named> names = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(new Named(rows.getString(1), rows.getLong(2)));
        }
      }
      return names;
    }
  }

  /** The highest place that was taken so far; 0 in an empty journal. */
  public long highest() throws SQLException {
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
  public Page page(long after, int limit, long settled) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT "ordering", "event_ser_id", "event_ser_manifest", "event_payload"
                FROM "event_journal" WHERE "ordering" > ? ORDER BY "ordering" LIMIT ?
                """)) {
      statement.setLong(1, after);
      statement.setInt(2, Math.min(limit, settings.pageLimit()));
      return read(statement, after, settled);
    }
  }

  /**
   * The same for one deployment, machine or key: its events are written one after the other. All
   * keys share one journal of their own, which is read on until the page is full.
   */
  public Page page(long after, int limit, String subject) throws SQLException {
    int most = Math.min(limit, settings.pageLimit());
    List<EventView> found = new ArrayList<>();
    long last = after;
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT "ordering", "event_ser_id", "event_ser_manifest", "event_payload"
                FROM "event_journal" WHERE "ordering" > ? AND "persistence_id" IN (?, ?, ?)
                ORDER BY "ordering" LIMIT ?
                """)) {
      for (boolean more = true; more; ) {
        statement.setLong(1, last);
        bindSubject(statement, 2, subject);
        statement.setInt(5, settings.pageLimit());
        Page page = read(statement, last, Long.MAX_VALUE);
        page.events().stream().filter(event -> event.subject().equals(subject)).forEach(found::add);
        more = page.highest() > last && found.size() < most;
        last = page.highest();
      }
    }
    return new Page(found.subList(0, Math.min(most, found.size())), last);
  }

  /** The last events, of one deployment, machine or key or of all; the oldest of them first. */
  public List<EventView> newest(int limit, Optional<String> subject) throws SQLException {
    int most = Math.min(limit, settings.pageLimit());
    String some = subject.isPresent() ? " AND \"persistence_id\" IN (?, ?, ?)" : "";
    List<EventView> found = new ArrayList<>();
    long before = Long.MAX_VALUE;
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT "ordering", "event_ser_id", "event_ser_manifest", "event_payload"
                FROM "event_journal" WHERE "ordering" < ?"""
                    + some
                    + " ORDER BY \"ordering\" DESC LIMIT "
                    + settings.pageLimit())) {
      for (boolean more = true; more; ) {
        statement.setLong(1, before);
        if (subject.isPresent()) {
          bindSubject(statement, 2, subject.get());
        }
        Page page = read(statement, Long.MAX_VALUE, Long.MAX_VALUE);
        page.events().stream()
            .filter(event -> subject.isEmpty() || subject.get().equals(event.subject()))
            .forEach(found::add);
        more = page.highest() < before && found.size() < most;
        before = page.highest();
      }
    }
    List<EventView> events = new ArrayList<>(found.subList(0, Math.min(most, found.size())));
    Collections.reverse(events);
    return events;
  }

  private static void bindSubject(PreparedStatement statement, int first, String subject)
      throws SQLException {
    statement.setString(first, PersistenceIds.model(subject));
    statement.setString(first + 1, PersistenceIds.machine(subject));
    statement.setString(first + 2, PersistenceIds.access());
  }

  private static Page read(PreparedStatement statement, long after, long settled)
      throws SQLException {
    List<EventView> events = new ArrayList<>();
    long last = after;
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        long ordering = rows.getLong(1);
        if (ordering > settled && ordering != last + 1) {
          break;
        }
        last = ordering;
        if (rows.getInt(2) == JournalSerializer.IDENTIFIER) {
          events.add(view(ordering, rows.getString(3), rows.getBytes(4)));
        }
      }
    }
    return new Page(events, last);
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
          Map.of());
    }
  }

  private JournalId readOrMint() throws SQLException {
    try (Connection connection = source.getConnection()) {
      Optional<JournalId> known = readId(connection);
      if (known.isPresent()) {
        return known.get();
      }
      String minted = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
      try (PreparedStatement insert =
          connection.prepareStatement(
              settings.embedded()
                  ? "INSERT INTO \"remuda_journal\" VALUES (1, ?)"
                  : "INSERT INTO \"remuda_journal\" VALUES (1, ?) ON CONFLICT DO NOTHING")) {
        insert.setString(1, minted);
        insert.executeUpdate();
      }
      // Another registry node may have been first.
      return readId(connection)
          .orElseThrow(() -> new SQLException("the journal has no identity after minting one"));
    }
  }

  private static Optional<JournalId> readId(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT \"id\" FROM \"remuda_journal\"");
        ResultSet rows = select.executeQuery()) {
      return rows.next() ? Optional.of(new JournalId(rows.getString(1))) : Optional.empty();
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
