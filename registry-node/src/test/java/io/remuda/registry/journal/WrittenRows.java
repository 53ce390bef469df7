package io.remuda.registry.journal;

import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.DeploymentEvent;
import io.remuda.registry.model.ModelState;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;

/** Rows of a journal, written and taken away past the plug-in. */
final class WrittenRows {

  private static final String INSERT =
      """
      INSERT INTO "event_journal" ("persistence_id", "sequence_number", "writer",
        "write_timestamp", "adapter_manifest", "event_payload", "event_ser_id",
        "event_ser_manifest")
      VALUES (?, ?, 'test', 1, '', ?, ?, ?)
      """;

  private final JournalSettings settings;
  private final JournalSerializer serializer = new JournalSerializer();

  WrittenRows(JournalSettings settings) {
    this.settings = settings;
  }

  /** So many changes of one name's number of instances, from number 1 on. */
  void scaled(String name, int count) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (int i = 1; i <= count; i++) {
        bind(
            insert,
            PersistenceIds.model(name),
            i,
            new DeploymentEvent.DeploymentScaled(new ModelName(name), i, Instant.ofEpochMilli(i)));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  void event(String persistenceId, long number, JournalEvent event) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      bind(insert, persistenceId, number, event);
      insert.executeUpdate();
    }
  }

  private void bind(PreparedStatement insert, String persistenceId, long number, JournalEvent event)
      throws SQLException {
    insert.setString(1, persistenceId);
    insert.setLong(2, number);
    insert.setBytes(3, serializer.toBinary(event));
    insert.setInt(4, JournalSerializer.IDENTIFIER);
    insert.setString(5, serializer.manifest(event));
  }

  /** A snapshot of one name. */
  void snapshot(String name, long number) throws SQLException {
    ModelState state = ModelState.empty(new ModelName(name));
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO "snapshot" ("persistence_id", "sequence_number", "created",
                  "snapshot_ser_id", "snapshot_ser_manifest", "snapshot_payload")
                VALUES (?, ?, 1, ?, ?, ?)
                """)) {
      insert.setString(1, PersistenceIds.model(name));
      insert.setLong(2, number);
      insert.setInt(3, JournalSerializer.IDENTIFIER);
      insert.setString(4, serializer.manifest(state));
      insert.setBytes(5, serializer.toBinary(state));
      insert.executeUpdate();
    }
  }

  /** Takes one event away. */
  void delete(String persistenceId, long number) throws SQLException {
    execute(
        "DELETE FROM \"event_journal\" WHERE \"persistence_id\" = '%s' AND \"sequence_number\" = %d"
            .formatted(persistenceId, number));
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
  }
}
