package io.remuda.gateway.task;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.task.HookSql;
import io.remuda.protocol.task.TaskDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Pending webhooks in a table beside the tasks' own. */
final class JdbcHooks implements PendingHooks {

  private final TaskDatabase database;

  JdbcHooks(TaskDatabase database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> remember(TaskId task, String tenant, URI url, Instant due) {
    return change(
        task,
        HookSql.REMEMBER,
        statement -> {
          statement.setString(1, task.value());
          statement.setString(2, tenant);
          statement.setString(3, url.toString());
          statement.setLong(4, due.toEpochMilli());
          statement.setString(5, task.value());
        });
  }

  @Override
  public CompletionStage<List<Hook>> take(Instant now, Duration lease, int limit) {
    return StoreFailures.explained(
        database.alone(
            connection -> {
              List<Hook> due = due(connection, now, limit);
              try (PreparedStatement update = connection.prepareStatement(HookSql.LEASE)) {
                for (Hook hook : due) {
                  update.setLong(1, now.plus(lease).toEpochMilli());
                  update.setString(2, hook.task().value());
                  update.addBatch();
                }
                if (!due.isEmpty()) {
                  update.executeBatch();
                }
              }
              return due;
            }));
  }

  @Override
  public CompletionStage<Void> again(TaskId task, int tries, Instant due) {
    return change(
        task,
        HookSql.AGAIN,
        statement -> {
          statement.setInt(1, tries);
          statement.setLong(2, due.toEpochMilli());
          statement.setString(3, task.value());
        });
  }

  @Override
  public CompletionStage<Void> done(TaskId task) {
    return change(task, HookSql.DONE, statement -> statement.setString(1, task.value()));
  }

  /** The connections are the result store's. */
  @Override
  public void close() {}

  private static List<Hook> due(Connection connection, Instant now, int limit) throws SQLException {
    List<Hook> due = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(HookSql.DUE)) {
      select.setLong(1, now.toEpochMilli());
      select.setInt(2, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          due.add(
              new Hook(
                  new TaskId(rows.getString(1)),
                  rows.getString(2),
                  URI.create(rows.getString(3)),
                  rows.getInt(4)));
        }
      }
    }
    return due;
  }

  /** Sets the parameters of a statement. */
  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  private CompletionStage<Void> change(TaskId task, String sql, Parameters parameters) {
    CompletionStage<Integer> changed =
        database.write(
            // Its own key: a task's record is changed at the same time under the task's id.
            "hook " + task.value(),
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                parameters.set(statement);
                return statement.executeUpdate();
              }
            });
    return StoreFailures.explained(changed.<Void>thenApply(count -> null));
  }
}
