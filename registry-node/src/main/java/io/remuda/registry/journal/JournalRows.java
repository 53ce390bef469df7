package io.remuda.registry.journal;

import com.google.protobuf.ByteString;
import io.remuda.protocol.id.JournalId;
import io.remuda.registry.proto.backup.PBackupEvent;
import io.remuda.registry.proto.backup.PBackupRecord;
import io.remuda.registry.proto.backup.PBackupSnapshot;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * All rows of a journal as they stood at one moment, read page by page in one transaction; changes
 * that are made meanwhile are neither held up nor seen.
 */
final class JournalRows {

  private static final int PAGE = 500;

  /** Who takes a row. */
  interface Taker<T> {
    void take(T row) throws IOException;
  }

  private final Connection connection;
  private final boolean embedded;

  JournalRows(Connection connection, boolean embedded) throws SQLException {
    this.connection = connection;
    this.embedded = embedded;
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
  }

  BackupHeader header(String cluster, Instant now) throws SQLException {
    return new BackupHeader(
        cluster,
        id(),
        now,
        number("SELECT COUNT(*) FROM \"event_journal\""),
        number("SELECT COUNT(*) FROM \"snapshot\""),
        number("SELECT COALESCE(MAX(\"ordering\"), 0) FROM \"event_journal\""),
        number(
            embedded
                ? "SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES"
                    + " WHERE SEQUENCE_NAME = 'remuda_owner_term'"
                : "SELECT last_value FROM \"remuda_owner_term\""));
  }

  private JournalId id() throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT \"id\" FROM \"remuda_journal\"");
        ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        throw BackupRefused.missing(
            "no registry node has been started on this journal yet; there is nothing in it");
      }
      return new JournalId(rows.getString(1));
    }
  }

  private long number(String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** All events, in the order in which they were written. */
  void events(Taker<PBackupEvent> taker) throws SQLException, IOException {
    long last = 0;
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT "ordering", "persistence_id", "sequence_number", "writer", "write_timestamp",
              "adapter_manifest", "event_ser_id", "event_ser_manifest", "event_payload"
            FROM "event_journal" WHERE "ordering" > ? ORDER BY "ordering" LIMIT ?
            """)) {
      for (int read = PAGE; read == PAGE; ) {
        select.setLong(1, last);
        select.setInt(2, PAGE);
        read = 0;
        try (ResultSet rows = select.executeQuery()) {
          for (; rows.next(); read++) {
            last = rows.getLong(1);
            taker.take(event(rows));
          }
        }
      }
    }
  }

  private static PBackupEvent event(ResultSet row) throws SQLException {
    return PBackupEvent.newBuilder()
        .setOrdering(row.getLong(1))
        .setPersistenceId(row.getString(2))
        .setSequenceNumber(row.getLong(3))
        .setWriter(row.getString(4))
        .setWrittenAtMillis(row.getLong(5))
        .setAdapterManifest(row.getString(6))
        .setSerializer(row.getInt(7))
        .setManifest(row.getString(8))
        .setPayload(ByteString.copyFrom(row.getBytes(9)))
        .build();
  }

  /** All snapshots, by name. */
  void snapshots(Taker<PBackupSnapshot> taker) throws SQLException, IOException {
    String lastId = "";
    long lastNumber = 0;
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT "persistence_id", "sequence_number", "created", "snapshot_ser_id",
              "snapshot_ser_manifest", "snapshot_payload"
            FROM "snapshot" WHERE ("persistence_id", "sequence_number") > (?, ?)
            ORDER BY "persistence_id", "sequence_number" LIMIT ?
            """)) {
      for (int read = PAGE; read == PAGE; ) {
        select.setString(1, lastId);
        select.setLong(2, lastNumber);
        select.setInt(3, PAGE);
        read = 0;
        try (ResultSet rows = select.executeQuery()) {
          for (; rows.next(); read++) {
            lastId = rows.getString(1);
            lastNumber = rows.getLong(2);
            taker.take(snapshot(rows));
          }
        }
      }
    }
  }

  /** What models were used for, as records of a backup. */
  void usage(Taker<PBackupRecord> taker) throws SQLException, IOException {
    UsageRows.read(connection, taker);
  }

  private static PBackupSnapshot snapshot(ResultSet row) throws SQLException {
    return PBackupSnapshot.newBuilder()
        .setPersistenceId(row.getString(1))
        .setSequenceNumber(row.getLong(2))
        .setCreatedAtMillis(row.getLong(3))
        .setSerializer(row.getInt(4))
        .setManifest(row.getString(5))
        .setPayload(ByteString.copyFrom(row.getBytes(6)))
        .build();
  }
}
