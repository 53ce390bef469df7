package io.remuda.node.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskSql;
import io.remuda.protocol.task.TaskTimes;
import io.remuda.protocol.task.TaskUses;
import io.remuda.protocol.task.UseSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Claims and results in a table, compared and set by conditional updates. */
final class JdbcClaims implements Claims {

  private final TaskDatabase database;
  private final TaskTimes times;

  JdbcClaims(TaskDatabase database, TaskSettings settings) {
    this.database = database;
    this.times = settings.times();
  }

  @Override
  public CompletionStage<Seen> look(TaskEnvelope task) {
    return database.alone(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(TaskSql.LOOK)) {
            select.setString(1, task.getTaskId());
            try (ResultSet rows = select.executeQuery()) {
              return rows.next()
                  ? new Seen(true, rows.getLong(1) > 0, rows.getInt(2), rows.getString(3))
                  : Seen.NOTHING;
            }
          }
        });
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    return write(
        task,
        connection -> {
          int attempt = claim(connection, task, nonce);
          return attempt == 0
              ? Optional.<Claim>empty()
              : Optional.of(new Claim(task, attempt, nonce));
        });
  }

  private int claim(Connection connection, TaskEnvelope task, String nonce) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TaskSql.CLAIM)) {
      update.setString(1, nonce);
      update.setString(2, nonce);
      update.setLong(3, TaskNames.OPEN_MILLIS);
      update.setString(4, task.getTaskId());
      if (update.executeUpdate() == 1) {
        return attempt(connection, task);
      }
    }
    if (expire(connection, task) || attempt(connection, task) >= 0) {
      return 0;
    }
    return remake(connection, task, 1, nonce, times.lostUntil(task)) && !expire(connection, task)
        ? 1
        : 0;
  }

  /**
   * The record is lost, or the store is another one than the gateway's: what the queue kept is
   * enough to make it anew.
   *
   * @param until later it may have ended and be forgotten, and is not made anew
   * @return whether it was made
   */
  private boolean remake(
      Connection connection, TaskEnvelope task, int attempt, String nonce, long until)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(TaskSql.REMAKE_RECORD)) {
      insert.setString(1, task.getTaskId());
      insert.setString(2, task.getTenant());
      insert.setNull(3, Types.VARCHAR);
      insert.setString(4, "");
      insert.setString(5, task.getModel());
      insert.setString(6, task.getSchemaFingerprint());
      insert.setString(7, TaskState.RUNNING.name());
      insert.setInt(8, attempt);
      insert.setString(9, nonce);
      insert.setLong(10, task.getCreatedAtMillis());
      insert.setLong(11, task.getDeadlineMillis());
      insert.setLong(12, times.resultLives(task));
      insert.setLong(13, TaskTimes.openLives(task));
      insert.setInt(14, task.getRevivals());
      insert.setString(15, task.getTaskId());
      insert.setNull(16, Types.VARCHAR);
      insert.setLong(17, until);
      if (insert.executeUpdate() == 1) {
        return true;
      }
    }
    if (attempt(connection, task) >= 0) {
      throw new SQLException("another worker made the record of " + task.getTaskId() + " first");
    }
    return false;
  }

  private boolean expire(Connection connection, TaskEnvelope task) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TaskSql.EXPIRE)) {
      update.setLong(1, times.slackMillis());
      update.setString(2, task.getTaskId());
      return update.executeUpdate() == 1;
    }
  }

  /** How often it was claimed; less than 0 without a record. */
  private static int attempt(Connection connection, TaskEnvelope task) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TaskSql.ATTEMPT)) {
      select.setString(1, task.getTaskId());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getInt(1) : -1;
      }
    }
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    // Ahead of the transaction: others' wait behind it.
    TaskUse use = TaskUses.done(claim.task(), result);
    return finish(claim, TaskState.DONE, Optional.of(result), "", "", use);
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    TaskUse use = TaskUses.failed(claim.task());
    return finish(claim, TaskState.FAILED, Optional.empty(), code, message, use);
  }

  private CompletionStage<Boolean> finish(
      Claim claim,
      TaskState state,
      Optional<ByteString> result,
      String code,
      String message,
      TaskUse use) {
    return write(
        claim.task(),
        connection -> {
          if (finish(connection, claim, state, result, code, message, use)) {
            return true;
          }
          if (attempt(connection, claim.task()) >= 0) {
            return false;
          }
          // After its deadline the task has expired for everybody who asked.
          long deadline = claim.task().getDeadlineMillis();
          long until = deadline == 0 ? Long.MAX_VALUE : deadline;
          return remake(connection, claim.task(), claim.attempt(), claim.nonce(), until)
              && finish(connection, claim, state, result, code, message, use);
        });
  }

  private boolean finish(
      Connection connection,
      Claim claim,
      TaskState state,
      Optional<ByteString> result,
      String code,
      String message,
      TaskUse use)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TaskSql.FINISH)) {
      update.setString(1, state.name());
      if (result.isPresent()) {
        update.setBytes(2, result.get().toByteArray());
      } else {
        update.setNull(2, Types.BINARY);
      }
      update.setString(3, code);
      update.setString(4, message);
      update.setLong(5, result.isPresent() ? 1 : 0);
      update.setLong(6, times.slackMillis());
      update.setString(7, claim.task().getTaskId());
      update.setInt(8, claim.attempt());
      update.setString(9, claim.nonce());
      if (update.executeUpdate() != 1) {
        return false;
      }
    }
    note(connection, use);
    return true;
  }

  /** In the transaction of the end: each end is counted, and once. */
  private static void note(Connection connection, TaskUse use) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(UseSql.NOTE)) {
      insert.setBytes(1, use.toByteArray());
      insert.executeUpdate();
    }
  }

  @Override
  public CompletionStage<Boolean> giveBack(Claim claim) {
    return write(
        claim.task(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(TaskSql.UNCLAIM)) {
            update.setString(1, claim.task().getTaskId());
            update.setInt(2, claim.attempt());
            update.setString(3, claim.nonce());
            return update.executeUpdate() == 1;
          }
        });
  }

  @Override
  public CompletionStage<Boolean> progress(Claim claim, int percent) {
    return write(
        claim.task(),
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(TaskSql.PROGRESS)) {
            update.setInt(1, Math.max(0, Math.min(100, percent)));
            update.setString(2, claim.task().getTaskId());
            update.setInt(3, claim.attempt());
            update.setString(4, claim.nonce());
            return update.executeUpdate() == 1;
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

  private <T> CompletionStage<T> write(TaskEnvelope task, TaskDatabase.Work<T> work) {
    return database.write("r:" + task.getTaskId(), work);
  }
}
