package io.remuda.registry.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.remuda.protocol.id.JournalId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * The journal's database beside the plug-in that writes it: schema, identity, names, and its {@link
 * JournalStory story}. All methods but {@link #id}, {@link #isUp}, {@link #markDown} and {@link
 * #falls} block and belong on a dispatcher for that.
 *
 * <p>It also remembers whether the database answers, so that an actor that needs it can refuse at
 * once instead of letting its caller wait.
 */
public final class JournalStore implements AutoCloseable {

  private static final int CONNECTIONS = 2;
  private static final Duration EMBEDDED_OPEN_LIMIT = Duration.ofSeconds(20);

  /**
   * Asked again and again of a journal that only grows: it reads as many rows of the indexes as
   * there are names, since each has one event with the number 1 and the last one is found from
   * behind. Number, time and manifest of the last one come as one text, so that it is found once.
   */
  static final String NAMES =
      """
      SELECT "persistence_id",
        (SELECT CAST("sequence_number" AS VARCHAR(20)) || ' '
           || CAST("write_timestamp" AS VARCHAR(20)) || ' ' || "event_ser_manifest"
         FROM "event_journal" AS own
         WHERE own."persistence_id" = named."persistence_id"
         ORDER BY "persistence_id" DESC, "sequence_number" DESC LIMIT 1)
      FROM "event_journal" AS named
      WHERE "sequence_number" = 1 ORDER BY "ordering"
      """;

  /**
   * A name that has a journal.
   *
   * @param last number of its last event
   */
  public record Named(String persistenceId, long last) {}

  /**
   * The names that have a journal, in the order of their first events, but for those that are
   * closed: they are read when somebody asks for them.
   *
   * @param open those that may have something to do
   * @param ended leases that have not
   */
  public record Names(List<Named> open, List<EndedLeases.Ended> ended) {

    public Names {
      open = List.copyOf(open);
      ended = List.copyOf(ended);
    }
  }

  /**
   * What the journal tells the owner of an entity.
   *
   * @param term above all that were given out before, to any registry node of this journal
   * @param last number of the entity's last event; 0 when it has none
   */
  public record Owned(long term, long last) {}

  private final JournalSettings settings;
  private final HikariDataSource source;
  private final JournalStory story;
  private final EndedLeases endedLeases;
  private volatile Optional<JournalId> id = Optional.empty();
  private final AtomicLong falls = new AtomicLong();
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
    // Found out by the pool, it would be lost for good with the connection that was asked.
    pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    settings.limits(settings.answerTimeout()).forEach(pool::addDataSourceProperty);
    this.source = new HikariDataSource(pool);
    this.story = new JournalStory(source, settings.pageLimit());
    this.endedLeases = new EndedLeases(source);
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
    falls.incrementAndGet();
    up = false;
  }

  /** How often {@link #markDown} was called: an answer since may hide that it was away between. */
  public long falls() {
    return falls.get();
  }

  /** Brings the schema up to date and reads or mints the journal's identity. */
  public JournalId prepare() throws SQLException {
    migrate(
        settings.embedded() ? Flyway.configure().dataSource(source) : patient(settings), settings);
    JournalId found = readOrMint();
    id = Optional.of(found);
    up = true;
    return found;
  }

  /** A step of the schema may take its time, on a large journal; none may take for ever. */
  static FluentConfiguration patient(JournalSettings settings) {
    return Flyway.configure()
        .jdbcProperties(settings.limits(settings.answerLimit()))
        .dataSource(settings.url(), settings.user(), settings.password());
  }

  /** Brings the schema up to date. */
  static void migrate(FluentConfiguration database, JournalSettings settings) {
    database
        .locations(
            "classpath:io/remuda/registry/journal/" + (settings.embedded() ? "h2" : "postgresql"))
        .table("remuda_schema_history")
        .loggers("slf4j")
        .load()
        .migrate();
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

  /** What an entity's owner is given; no other one gets the same term. */
  public Owned own(String persistenceId) throws SQLException {
    String term =
        settings.embedded()
            ? "NEXT VALUE FOR \"remuda_owner_term\""
            : "nextval('\"remuda_owner_term\"')";
    try (Connection connection = source.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT %s, (SELECT MAX("sequence_number") FROM "event_journal"
                  WHERE "persistence_id" = ?)
                """
                    .formatted(term))) {
      statement.setString(1, persistenceId);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return new Owned(rows.getLong(1), rows.getLong(2));
      }
    }
  }

  public Names names() throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement statement = connection.prepareStatement(NAMES);
        ResultSet rows = statement.executeQuery()) {
      List<Named> open = new ArrayList<>();
      List<EndedLeases.Ended> ended = new ArrayList<>();
      while (rows.next()) {
        String[] last = rows.getString(2).split(" ", 3);
        Named named = new Named(rows.getString(1), Long.parseLong(last[0]));
        if (last[2].equals(JournalSerializer.LEASE_CLOSED)) {
          ended.add(new EndedLeases.Ended(named, Instant.ofEpochMilli(Long.parseLong(last[1]))));
        } else if (!last[2].equals(JournalSerializer.NAME_CLOSED)) {
          open.add(named);
        }
      }
      return new Names(open, ended);
    }
  }

  /** What is forgotten of the journal, which keeps all else. */
  public EndedLeases endedLeases() {
    return endedLeases;
  }

  /** The database itself, for what is kept there beside the journal. */
  public DataSource database() {
    return source;
  }

  /** The journal as the fleet's story. */
  JournalStory story() {
    return story;
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
