package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskBell;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Tasks in a table. There is a queue for every model at once, so no task is refused for want of
 * one; it waits until an instance takes it or its deadline passes.
 */
final class JdbcTaskQueue implements TaskQueue {

  private final TaskDatabase database;
  private final TaskBell bell;
  private final Duration reading;

  /**
   * @param timeout of the database; letters are read for half of it at most
   */
  JdbcTaskQueue(TaskDatabase database, TaskBell bell, Duration timeout) {
    this.database = database;
    this.bell = bell;
    this.reading = timeout.dividedBy(2);
  }

  @Override
  public CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
    Sending sending = new Sending();
    return database
        .<Integer>write(
            "p:" + task.getTaskId(), connection -> sending.begin() ? insert(connection, task) : 0)
        .handle(
            (stored, failure) -> {
              if (failure != null) {
                return unanswered(sending, StoreFailures.refusal(failure));
              }
              bell.ring();
              return Optional.empty();
            });
  }

  /** What was begun may be committed, whatever failed since. */
  private static Optional<Refused> unanswered(Sending sending, TaskRefusal why) {
    if (!sending.giveUp()) {
      throw why;
    }
    return Optional.of(why.refused());
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
  public CompletionStage<Long> deadCount() {
    return alone(
        connection -> {
          try (PreparedStatement count = connection.prepareStatement(TaskSql.DEAD_COUNT);
              ResultSet rows = count.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0L;
          }
        });
  }

  @Override
  public CompletionStage<List<DeadTask>> dead(int limit) {
    return alone(
        connection -> List.copyOf(letters(connection, TaskSql.DEAD_TASKS, limit).values()));
  }

  @Override
  public CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial) {
    return this.<Map<Long, DeadTask>>alone(
            connection -> letters(connection, TaskSql.UNBURIED, limit))
        .thenCompose(
            found -> {
              Burials burials = new Burials(burial);
              found.forEach(burials::begin);
              return burials.ended().thenCompose(ended -> buried(burials));
            })
        .thenApply(count -> count >= limit);
  }

  private CompletionStage<Integer> buried(Burials burials) {
    return this.<Integer>alone(
            connection -> {
              try (PreparedStatement update = connection.prepareStatement(TaskSql.BURIED)) {
                for (long seq : burials.done()) {
                  update.setLong(1, seq);
                  update.addBatch();
                }
                return update.executeBatch().length;
              }
            })
        .thenApply(
            count -> {
              burials
                  .failure()
                  .ifPresent(
                      failure -> {
                        throw StoreFailures.refusal(failure);
                      });
              return count;
            });
  }

  /** Letters by their number, in its order; one payload at a time is in memory. */
  private Map<Long, DeadTask> letters(Connection connection, String sql, int limit)
      throws SQLException {
    Map<Long, DeadTask> letters = new LinkedHashMap<>();
    long begun = System.nanoTime();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      // Else the driver of PostgreSQL reads all rows before it shows the first.
      select.setFetchSize(1);
      select.setInt(1, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (System.nanoTime() - begun < reading.toNanos() && rows.next()) {
          letters.put(
              rows.getLong(1),
              new DeadTask(
                  envelope(rows.getString(2), rows.getBytes(3)),
                  rows.getString(4),
                  Instant.ofEpochMilli(rows.getLong(5))));
        }
      }
    }
    return letters;
  }

  @Override
  public CompletionStage<Boolean> retryDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival) {
    return letter(id)
        .thenCompose(
            dead ->
                dead.isEmpty()
                    ? CompletableFuture.completedStage(false)
                    : revival.apply(readable(dead.get())).thenCompose(this::requeue))
        .thenApply(
            found -> {
              bell.ring();
              return found;
            });
  }

  private CompletionStage<Optional<TaskEnvelope>> letter(TaskId id) {
    return alone(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(TaskSql.DEAD_TASK)) {
            select.setString(1, id.value());
            try (ResultSet rows = select.executeQuery()) {
              return rows.next()
                  ? Optional.of(envelope(id.value(), rows.getBytes(1)))
                  : Optional.empty();
            }
          }
        });
  }

  private static TaskEnvelope readable(TaskEnvelope dead) {
    if (dead.getModel().isEmpty()) {
      throw new TaskRefusal(
          ErrorCode.ENDED,
          "what was kept of task " + dead.getTaskId() + " cannot be read; drop it");
    }
    return dead;
  }

  /** False when somebody else has retried or dropped it meanwhile. */
  private CompletionStage<Boolean> requeue(TaskEnvelope task) {
    return alone(
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(TaskSql.DROP_DEAD)) {
            delete.setString(1, task.getTaskId());
            if (delete.executeUpdate() == 0) {
              return false;
            }
          }
          insert(connection, task);
          return true;
        });
  }

  private static int insert(Connection connection, TaskEnvelope task) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(TaskSql.PUBLISH)) {
      insert.setString(
          1, TaskNames.queue(new ModelName(task.getModel()), task.getSchemaFingerprint()));
      insert.setString(2, task.getTaskId());
      insert.setBytes(3, task.toByteArray());
      insert.setLong(4, task.getDeadlineMillis());
      return insert.executeUpdate();
    }
  }

  @Override
  public CompletionStage<Boolean> dropDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial) {
    return letter(id)
        .thenCompose(
            dead ->
                dead.isEmpty()
                    ? CompletableFuture.completedStage(false)
                    : burial.apply(dead.get()).thenCompose(buried -> dropLetter(id)));
  }

  private CompletionStage<Boolean> dropLetter(TaskId id) {
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
    return this.<Integer>alone(
            connection -> {
              try (PreparedStatement delete = connection.prepareStatement(TaskSql.SWEEP_QUEUE)) {
                return delete.executeUpdate();
              }
            })
        .thenCompose(
            swept ->
                sweepDead(TaskNames.DEAD_MOST, TaskNames.DEAD_MILLIS)
                    .thenApply(forgotten -> swept + forgotten));
  }

  /**
   * Forgets some given-up tasks whose end is written down; answers how many.
   *
   * @param most that are kept
   * @param millis for which they are kept
   */
  CompletionStage<Integer> sweepDead(int most, long millis) {
    return alone(
        connection -> {
          try (PreparedStatement delete = connection.prepareStatement(TaskSql.SWEEP_DEAD)) {
            delete.setLong(1, millis);
            delete.setInt(2, most);
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

  /** What cannot be read is known by its id at least. */
  private static TaskEnvelope envelope(String id, byte[] bytes) {
    try {
      return TaskEnvelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return TaskEnvelope.newBuilder().setTaskId(id).build();
    }
  }
}
