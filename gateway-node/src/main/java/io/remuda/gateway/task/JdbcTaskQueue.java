package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Tasks in a table. There is a queue for every model at once, so no task is refused for want of
 * one; it waits until an instance takes it or its deadline passes.
 */
final class JdbcTaskQueue implements TaskQueue {

  private final TaskDatabase database;
  private final TaskBell bell;

  JdbcTaskQueue(TaskDatabase database, TaskBell bell) {
    this.database = database;
    this.bell = bell;
  }

  @Override
  public CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
    String queue = TaskNames.queue(new ModelName(task.getModel()), task.getSchemaFingerprint());
    byte[] envelope = task.toByteArray();
    return database
        .write(
            "p:" + task.getTaskId(),
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(TaskSql.PUBLISH)) {
                insert.setString(1, queue);
                insert.setString(2, task.getTaskId());
                insert.setBytes(3, envelope);
                insert.setLong(4, task.getDeadlineMillis());
                return insert.executeUpdate();
              }
            })
        .handle(
            (stored, failure) -> {
              if (failure != null) {
                return Optional.of(TaskRefusal.of(StoreFailures.refusal(failure)));
              }
              bell.ring();
              return Optional.empty();
            });
  }

  @Override
  public CompletionStage<OptionalLong> depth(ModelName model, String fingerprint) {
    String queue = TaskNames.queue(model, fingerprint);
    return alone(
        connection -> {
          try (PreparedStatement count = connection.prepareStatement(TaskSql.DEPTH)) {
            count.setString(1, queue);
            try (ResultSet rows = count.executeQuery()) {
              return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
          }
        });
  }

  @Override
  public CompletionStage<List<DeadTask>> dead(int limit) {
    return alone(
        connection -> {
          List<DeadTask> dead = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(TaskSql.DEAD_TASKS)) {
            select.setInt(1, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                dead.add(
                    new DeadTask(
                        envelope(rows.getBytes(1)),
                        rows.getString(2),
                        Instant.ofEpochMilli(rows.getLong(3))));
              }
            }
          }
          return dead;
        });
  }

  @Override
  public CompletionStage<Boolean> retryDead(TaskId id) {
    return this.<Boolean>alone(
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(TaskSql.RETRY_DEAD)) {
                insert.setString(1, id.value());
                insert.executeUpdate();
              }
              try (PreparedStatement delete = connection.prepareStatement(TaskSql.DROP_DEAD)) {
                delete.setString(1, id.value());
                return delete.executeUpdate() > 0;
              }
            })
        .thenApply(
            found -> {
              bell.ring();
              return found;
            });
  }

  @Override
  public CompletionStage<Boolean> dropDead(TaskId id) {
    return alone(
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(TaskSql.DROP_DEAD)) {
            delete.setString(1, id.value());
            return delete.executeUpdate() > 0;
          }
        });
  }

  /** Removes some tasks long past their deadline, which nobody took; answers how many. */
  CompletionStage<Integer> sweep() {
    return alone(
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(TaskSql.SWEEP_QUEUE)) {
            return delete.executeUpdate();
          }
        });
  }

  @Override
  public Optional<String> health() {
    return database.health();
  }

  /** The database is closed by whoever opened it. */
  @Override
  public void close() {}

  private <T> CompletionStage<T> alone(TaskDatabase.Work<T> work) {
    return StoreFailures.explained(database.alone(work));
  }

  private static TaskEnvelope envelope(byte[] bytes) throws SQLException {
    try {
      return TaskEnvelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("a given-up task cannot be read", e);
    }
  }
}
