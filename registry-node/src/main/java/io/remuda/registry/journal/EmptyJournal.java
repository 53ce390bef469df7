package io.remuda.registry.journal;

import io.remuda.registry.proto.backup.PBackupEvent;
import io.remuda.registry.proto.backup.PBackupRecord;
import io.remuda.registry.proto.backup.PBackupSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A journal that nobody has written to, being filled from a backup in one transaction: it becomes
 * the whole journal that was backed up, or stays empty.
 */
final class EmptyJournal implements AutoCloseable {

  private static final int BATCH = 500;

  /**
   * Numbers that may have been given out since the backup was made are not given out again: owners'
   * terms, lest gateways believe an earlier owner; places, lest readers of events miss some.
   */
  private static final long AHEAD = 1_000_000;

  private static final List<String> TABLES =
      List.of(
          "event_journal", "snapshot", "remuda_journal", "remuda_usage", "remuda_usage_gateway");

  private final Connection connection;
  private final PreparedStatement events;
  private final PreparedStatement snapshots;
  private final UsageRows.Empty usage;
  private int waitingEvents;
  private int waitingSnapshots;

  EmptyJournal(Connection connection, boolean embedded, BackupHeader header) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    if (!embedded) {
      execute(
          "LOCK TABLE \"event_journal\", \"remuda_usage\", \"remuda_usage_gateway\""
              + " IN EXCLUSIVE MODE");
    }
    refuseUnlessEmpty();
    // Ahead of the rows: H2 ends a transaction with it.
    long place = header.lastOrdering() + AHEAD;
    long term = header.ownerTerm() + AHEAD;
    if (embedded) {
      execute("ALTER TABLE \"event_journal\" ALTER COLUMN \"ordering\" RESTART WITH " + place);
      execute("ALTER SEQUENCE \"remuda_owner_term\" RESTART WITH " + term);
    } else {
      execute("SELECT setval(pg_get_serial_sequence('event_journal', 'ordering'), " + place + ")");
      execute("SELECT setval('\"remuda_owner_term\"', " + term + ")");
    }
    try (PreparedStatement id =
        connection.prepareStatement("INSERT INTO \"remuda_journal\" VALUES (1, ?)")) {
      id.setString(1, header.journal().value());
      id.executeUpdate();
    }
    this.events =
        connection.prepareStatement(
            """
            INSERT INTO "event_journal" ("ordering", "persistence_id", "sequence_number", "writer",
              "write_timestamp", "adapter_manifest", "event_ser_id", "event_ser_manifest",
              "event_payload")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
    this.snapshots =
        connection.prepareStatement(
            """
            INSERT INTO "snapshot" ("persistence_id", "sequence_number", "created",
              "snapshot_ser_id", "snapshot_ser_manifest", "snapshot_payload")
            VALUES (?, ?, ?, ?, ?, ?)
            """);
    this.usage = new UsageRows.Empty(connection);
  }

  private void refuseUnlessEmpty() throws SQLException {
    for (String table : TABLES) {
      try (Statement select = connection.createStatement();
          ResultSet rows = select.executeQuery("SELECT 1 FROM \"" + table + "\" LIMIT 1")) {
        if (rows.next()) {
          throw new BackupRefused(
              "a registry node has been started on this journal, and only an empty one is"
                  + " restored into; name a new data directory or a new database");
        }
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void add(PBackupEvent row) throws SQLException {
    events.setLong(1, row.getOrdering());
    events.setString(2, row.getPersistenceId());
    events.setLong(3, row.getSequenceNumber());
    events.setString(4, row.getWriter());
    events.setLong(5, row.getWrittenAtMillis());
    events.setString(6, row.getAdapterManifest());
    events.setInt(7, row.getSerializer());
    events.setString(8, row.getManifest());
    events.setBytes(9, row.getPayload().toByteArray());
    events.addBatch();
    if (++waitingEvents == BATCH) {
      waitingEvents = 0;
      events.executeBatch();
    }
  }

  void add(PBackupSnapshot row) throws SQLException {
    snapshots.setString(1, row.getPersistenceId());
    snapshots.setLong(2, row.getSequenceNumber());
    snapshots.setLong(3, row.getCreatedAtMillis());
    snapshots.setInt(4, row.getSerializer());
    snapshots.setString(5, row.getManifest());
    snapshots.setBytes(6, row.getPayload().toByteArray());
    snapshots.addBatch();
    if (++waitingSnapshots == BATCH) {
      waitingSnapshots = 0;
      snapshots.executeBatch();
    }
  }

  /** What models were used for: a row of the sums, or how far a gateway had handed in. */
  void addUsage(PBackupRecord row) throws SQLException {
    usage.add(row);
  }

  void commit() throws SQLException {
    events.executeBatch();
    snapshots.executeBatch();
    usage.write();
    connection.commit();
  }

  /** Without {@link #commit} it stays empty. */
  @Override
  public void close() throws SQLException {
    events.close();
    snapshots.close();
    usage.close();
    connection.rollback();
  }
}
