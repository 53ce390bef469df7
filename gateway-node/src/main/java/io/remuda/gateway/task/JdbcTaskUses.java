package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UseSql;
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
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What tasks used, in a table beside the tasks' own. */
final class JdbcTaskUses implements TaskUseStore {

  private static final Logger LOG = LoggerFactory.getLogger(JdbcTaskUses.class);

  private final TaskDatabase database;

  JdbcTaskUses(TaskDatabase database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Optional<Part>> take(Duration lease, int most) {
    return StoreFailures.explained(
        database.alone(
            connection -> {
              Optional<String> due = due(connection);
              Optional<String> part = due.isPresent() ? due : fresh(connection, lease, most);
              if (due.isPresent()) {
                update(connection, UseSql.LEASE, lease.toMillis(), due.get());
              }
              return part.isPresent()
                  ? Optional.of(new Part(part.get(), uses(connection, part.get())))
                  : Optional.<Part>empty();
            }));
  }

  private static Optional<String> due(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(UseSql.DUE);
        ResultSet rows = select.executeQuery()) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    }
  }

  private static Optional<String> fresh(Connection connection, Duration lease, int most)
      throws SQLException {
    List<Long> fresh = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(UseSql.FRESH)) {
      select.setInt(1, most);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          fresh.add(rows.getLong(1));
        }
      }
    }
    if (fresh.isEmpty()) {
      return Optional.empty();
    }
    String part = UUID.randomUUID().toString();
    try (PreparedStatement assign = connection.prepareStatement(UseSql.ASSIGN)) {
      for (long seq : fresh) {
        assign.setString(1, part);
        assign.setLong(2, lease.toMillis());
        assign.setLong(3, seq);
        assign.addBatch();
      }
      assign.executeBatch();
    }
    return Optional.of(part);
  }

  /** A row that cannot be read is left out: it would keep all others from being counted. */
  private static List<Use> uses(Connection connection, String part) throws SQLException {
    List<Use> uses = new ArrayList<>();
    int bad = 0;
    try (PreparedStatement select = connection.prepareStatement(UseSql.READ)) {
      select.setString(1, part);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Optional<TaskUse> use = use(rows.getBytes(1));
          if (use.isPresent()) {
            uses.add(new Use(use.get(), Instant.ofEpochMilli(rows.getLong(2))));
          } else {
            bad++;
          }
        }
      }
    }
    if (bad > 0) {
      LOG.warn("event=task-usage-unreadable part={} tasks={}", part, bad);
    }
    return uses;
  }

  private static Optional<TaskUse> use(byte[] body) {
    try {
      return Optional.of(TaskUse.parseFrom(body));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static void update(Connection connection, String sql, long lease, String part)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, lease);
      statement.setString(2, part);
      statement.executeUpdate();
    }
  }

  @Override
  public CompletionStage<Void> done(String part) {
    CompletionStage<Integer> removed =
        database.write(
            // Its own key: no task's record is changed under it.
            "uses " + part,
            connection -> {
              try (PreparedStatement delete = connection.prepareStatement(UseSql.DONE)) {
                delete.setString(1, part);
                return delete.executeUpdate();
              }
            });
    return StoreFailures.explained(removed.<Void>thenApply(count -> null));
  }

  /** Forgets what waited too long for a registry, and would not be told from what it knows. */
  void sweep() {
    var unused =
        database
            .write(
                "uses",
                connection -> {
                  try (PreparedStatement sweep = connection.prepareStatement(UseSql.SWEEP)) {
                    sweep.setLong(1, TaskNames.USE_MILLIS);
                    return sweep.executeUpdate();
                  }
                })
            .whenComplete(
                (removed, failure) -> {
                  if (failure == null && removed > 0) {
                    LOG.warn(
                        "event=task-usage-lost tasks={} reason=\"no registry took it in\"",
                        removed);
                  }
                });
  }

  /** The connections are the result store's. */
  @Override
  public void close() {}
}
