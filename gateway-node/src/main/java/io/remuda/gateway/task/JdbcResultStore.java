package io.remuda.gateway.task;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskSql;
import io.remuda.protocol.task.TaskTimes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Task records in a table; as durable as the database's commits. */
final class JdbcResultStore implements ResultStore {

  private final TaskDatabase database;
  private final JdbcRecords records;
  private final TaskTimes times;

  JdbcResultStore(TaskDatabase database, TaskSettings settings) {
    this.database = database;
    this.records = new JdbcRecords(database);
    this.times = settings.times();
  }

  @Override
  public CompletionStage<Submission> submitting(TaskEnvelope task) {
    Optional<String> once =
        task.getIdempotencyKey().isEmpty()
            ? Optional.empty()
            : Optional.of(TaskNames.idempotency(task.getTenant(), task.getIdempotencyKey()));
    String digest = once.isEmpty() ? "" : TaskNames.requestDigest(task);
    return write(
        once.orElse(task.getTaskId()), connection -> submit(connection, task, once, digest));
  }

  private Submission submit(
      Connection connection, TaskEnvelope task, Optional<String> once, String digest)
      throws SQLException {
    TaskId id = new TaskId(task.getTaskId());
    try (PreparedStatement insert = connection.prepareStatement(TaskSql.INSERT_RECORD)) {
      insert.setString(1, id.value());
      insert.setString(2, task.getTenant());
      setOptional(insert, 3, once);
      insert.setString(4, digest);
      insert.setString(5, task.getModel());
      insert.setString(6, task.getSchemaFingerprint());
      insert.setString(7, TaskState.SUBMITTING.name());
      insert.setInt(8, 0);
      insert.setString(9, "");
      insert.setLong(10, task.getCreatedAtMillis());
      insert.setLong(11, task.getDeadlineMillis());
      insert.setLong(12, times.resultLives(task));
      insert.setLong(13, TaskTimes.openLives(task));
      insert.setInt(14, task.getRevivals());
      insert.setString(15, id.value());
      setOptional(insert, 16, once);
      if (insert.executeUpdate() == 1) {
        return new Submission(id, TaskState.SUBMITTING, false);
      }
    }
    Optional<Submission> first =
        once.isPresent() ? first(connection, id, once.get(), digest) : Optional.empty();
    return first.isPresent() ? first.get() : new Submission(id, state(connection, id), false);
  }

  private static Optional<Submission> first(
      Connection connection, TaskId id, String once, String digest) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TaskSql.FIRST_UNDER_KEY)) {
      select.setString(1, once);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          return Optional.empty();
        }
        if (!rows.getString(2).equals(digest)) {
          return Optional.of(CONFLICT);
        }
        TaskId first = new TaskId(rows.getString(1));
        return Optional.of(
            new Submission(first, TaskState.valueOf(rows.getString(3)), !first.equals(id)));
      }
    }
  }

  @Override
  public CompletionStage<Optional<Submission>> first(TaskEnvelope task) {
    if (task.getIdempotencyKey().isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    TaskId id = new TaskId(task.getTaskId());
    String once = TaskNames.idempotency(task.getTenant(), task.getIdempotencyKey());
    String digest = TaskNames.requestDigest(task);
    return alone(connection -> first(connection, id, once, digest))
        .thenApply(
            found -> {
              if (found.isPresent() && found.get() == CONFLICT) {
                throw StoreFailures.conflict();
              }
              return found;
            });
  }

  private static void setOptional(PreparedStatement insert, int place, Optional<String> value)
      throws SQLException {
    if (value.isPresent()) {
      insert.setString(place, value.get());
    } else {
      insert.setNull(place, Types.VARCHAR);
    }
  }

  /** Stands for a conflict inside the shared transaction, which a failure would roll back. */
  private static final Submission CONFLICT =
      new Submission(new TaskId("conflict"), TaskState.TASK_STATE_UNSPECIFIED, true);

  @Override
  public CompletionStage<TaskState> queued(TaskId id) {
    return write(
        id.value(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(TaskSql.QUEUED)) {
            update.setString(1, id.value());
            if (update.executeUpdate() == 1) {
              return TaskState.QUEUED;
            }
          }
          return state(connection, id);
        });
  }

  @Override
  public CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return records.read(id);
  }

  @Override
  public CompletionStage<Map<TaskId, Outline>> outlines(List<TaskId> ids) {
    return records.outlines(ids);
  }

  @Override
  public CompletionStage<TaskState> end(
      TaskId id, TaskState terminal, String code, String message, Instant now) {
    return end(TaskSql.END, id, terminal, code, message, now, OptionalInt.empty());
  }

  @Override
  public CompletionStage<TaskState> bury(TaskId id, int revivals, String reason, Instant now) {
    return end(
        TaskSql.BURY,
        id,
        TaskState.FAILED,
        TaskNames.DEAD_LETTERED,
        reason,
        now,
        OptionalInt.of(revivals));
  }

  private CompletionStage<TaskState> end(
      String sql,
      TaskId id,
      TaskState terminal,
      String code,
      String message,
      Instant now,
      OptionalInt revivals) {
    return write(
        id.value(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, terminal.name());
            update.setString(2, code);
            update.setString(3, message);
            update.setLong(4, now.toEpochMilli());
            update.setLong(5, times.slackMillis());
            update.setString(6, id.value());
            if (revivals.isPresent()) {
              update.setInt(7, revivals.getAsInt());
            }
            if (update.executeUpdate() == 1) {
              return terminal;
            }
          }
          return state(connection, id);
        });
  }

  @Override
  public CompletionStage<OptionalInt> revive(TaskId id, Instant now) {
    return write(
        id.value(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(TaskSql.REVIVE)) {
            update.setLong(1, TaskNames.OPEN_MILLIS);
            update.setString(2, id.value());
            update.setLong(3, now.toEpochMilli());
            update.setString(4, TaskNames.POISON);
            update.setString(5, TaskNames.DEAD_LETTERED);
            if (update.executeUpdate() == 0) {
              return OptionalInt.empty();
            }
          }
          try (PreparedStatement select = connection.prepareStatement(TaskSql.REVIVALS)) {
            select.setString(1, id.value());
            try (ResultSet rows = select.executeQuery()) {
              return rows.next() ? OptionalInt.of(rows.getInt(1)) : OptionalInt.empty();
            }
          }
        });
  }

  @Override
  public CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    return records.list(tenant, limit, before);
  }

  @Override
  public CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return records.overdue(now, limit);
  }

  /** Removes results and records whose time is over, a few in each transaction. */
  void sweep() {
    // One after the other: a result mostly ends with its record, and both would lock the same rows.
    sweep(TaskSql.SWEEP_RECORDS).thenCompose(done -> sweep(TaskSql.SWEEP_RESULTS));
  }

  private CompletionStage<Integer> sweep(String statement) {
    return alone(
            connection -> {
              try (PreparedStatement some = connection.prepareStatement(statement)) {
                return some.executeUpdate();
              }
            })
        .thenCompose(
            swept ->
                swept >= TaskSql.SWEEP_LIMIT
                    ? sweep(statement)
                    : CompletableFuture.completedStage(swept));
  }

  @Override
  public Optional<String> health() {
    return database.health();
  }

  /** The database is closed by whoever opened it. */
  @Override
  public void close() {}

  private static TaskState state(Connection connection, TaskId id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TaskSql.STATE)) {
      select.setString(1, id.value());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? TaskState.valueOf(rows.getString(1))
            : TaskState.TASK_STATE_UNSPECIFIED;
      }
    }
  }

  private <T> CompletionStage<T> alone(TaskDatabase.Work<T> work) {
    return StoreFailures.explained(database.alone(work));
  }

  private <T> CompletionStage<T> write(String key, TaskDatabase.Work<T> work) {
    return StoreFailures.explained(database.write("r:" + key, work))
        .thenApply(
            answer -> {
              if (answer == CONFLICT) {
                throw StoreFailures.conflict();
              }
              return answer;
            });
  }
}
