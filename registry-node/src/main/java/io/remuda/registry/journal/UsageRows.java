package io.remuda.registry.journal;

import io.remuda.registry.proto.backup.PBackupRecord;
import io.remuda.registry.proto.backup.PBackupUsage;
import io.remuda.registry.proto.backup.PBackupUsageGateway;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What models were used for, on its way into a backup and out of it: the sums by the hour, and how
 * far each gateway had handed in, so that no part of before is added again.
 */
final class UsageRows {

  private static final int AT_ONCE = 500;

  private UsageRows() {}

  /** All rows of the connection's transaction; none of a journal from before there were any. */
  static void read(Connection connection, JournalRows.Taker<PBackupRecord> taker)
      throws SQLException, IOException {
    if (!isThere(connection)) {
      return;
    }
    try (Statement select = connection.createStatement()) {
      select.setFetchSize(AT_ONCE);
      try (ResultSet rows =
          select.executeQuery(
              """
              SELECT "usage_hour", "api_key", "tenant", "model", "requests", "errors", "estimated",
                "prompt_tokens", "completion_tokens", "cached_tokens"
              FROM "remuda_usage" ORDER BY "usage_hour", "api_key", "tenant", "model"
              """)) {
        while (rows.next()) {
          taker.take(PBackupRecord.newBuilder().setUsage(usage(rows)).build());
        }
      }
      try (ResultSet rows =
          select.executeQuery(
              "SELECT \"gateway\", \"last_number\", \"at_millis\""
                  + " FROM \"remuda_usage_gateway\" ORDER BY \"gateway\"")) {
        while (rows.next()) {
          taker.take(PBackupRecord.newBuilder().setUsageGateway(gateway(rows)).build());
        }
      }
    }
  }

  private static boolean isThere(Connection connection) throws SQLException {
    try (ResultSet tables =
        connection
            .getMetaData()
            .getTables(null, null, "remuda_usage", new String[] {"TABLE", "BASE TABLE"})) {
      return tables.next();
    }
  }

  private static PBackupUsage usage(ResultSet row) throws SQLException {
    return PBackupUsage.newBuilder()
        .setHour(row.getLong(1))
        .setKey(row.getString(2))
        .setTenant(row.getString(3))
        .setModel(row.getString(4))
        .setRequests(row.getLong(5))
        .setErrors(row.getLong(6))
        .setEstimated(row.getLong(7))
        .setPromptTokens(row.getLong(8))
        .setCompletionTokens(row.getLong(9))
        .setCachedTokens(row.getLong(10))
        .build();
  }

  private static PBackupUsageGateway gateway(ResultSet row) throws SQLException {
    return PBackupUsageGateway.newBuilder()
        .setGateway(row.getString(1))
        .setLastNumber(row.getLong(2))
        .setAtMillis(row.getLong(3))
        .build();
  }

  /** The tables of an empty journal, being filled in its connection's transaction. */
  static final class Empty implements AutoCloseable {
    private final PreparedStatement sums;
    private final PreparedStatement gateways;
    private int waiting;

    Empty(Connection connection) throws SQLException {
      this.sums =
          connection.prepareStatement(
              """
              INSERT INTO "remuda_usage" ("usage_hour", "api_key", "tenant", "model", "requests",
                "errors", "estimated", "prompt_tokens", "completion_tokens", "cached_tokens")
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
              """);
      this.gateways =
          connection.prepareStatement("INSERT INTO \"remuda_usage_gateway\" VALUES (?, ?, ?)");
    }

    void add(PBackupRecord row) throws SQLException {
      if (row.hasUsage()) {
        add(row.getUsage());
      } else {
        add(row.getUsageGateway());
      }
      if (++waiting == AT_ONCE) {
        write();
      }
    }

    private void add(PBackupUsage row) throws SQLException {
      sums.setLong(1, row.getHour());
      sums.setString(2, row.getKey());
      sums.setString(3, row.getTenant());
      sums.setString(4, row.getModel());
      sums.setLong(5, row.getRequests());
      sums.setLong(6, row.getErrors());
      sums.setLong(7, row.getEstimated());
      sums.setLong(8, row.getPromptTokens());
      sums.setLong(9, row.getCompletionTokens());
      sums.setLong(10, row.getCachedTokens());
      sums.addBatch();
    }

    private void add(PBackupUsageGateway row) throws SQLException {
      gateways.setString(1, row.getGateway());
      gateways.setLong(2, row.getLastNumber());
      gateways.setLong(3, row.getAtMillis());
      gateways.addBatch();
    }

    /** What was added and waits. */
    void write() throws SQLException {
      waiting = 0;
      sums.executeBatch();
      gateways.executeBatch();
    }

    @Override
    public void close() throws SQLException {
      sums.close();
      gateways.close();
    }
  }
}
