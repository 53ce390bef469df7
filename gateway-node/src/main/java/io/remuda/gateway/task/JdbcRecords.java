package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskSql;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is read of the task records in a table. */
final class JdbcRecords {

  private final TaskDatabase database;

  JdbcRecords(TaskDatabase database) {
    this.database = database;
  }

  CompletionStage<Optional<TaskRecord>> read(TaskId id) {
    return alone(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(TaskSql.READ)) {
            select.setString(1, id.value());
            try (ResultSet rows = select.executeQuery()) {
              if (!rows.next()) {
                return Optional.<TaskRecord>empty();
              }
              TaskRecord.Builder record = record(rows);
              byte[] result = rows.getBytes(15);
              if (result != null) {
                record.setResult(ByteString.copyFrom(result));
              }
              return Optional.of(record.build());
            }
          }
        });
  }

  CompletionStage<Map<TaskId, ResultStore.Outline>> outlines(List<TaskId> ids) {
    return alone(
        connection -> {
          Map<TaskId, ResultStore.Outline> found = new HashMap<>();
          try (PreparedStatement select = connection.prepareStatement(TaskSql.OUTLINE)) {
            for (TaskId id : ids) {
              select.setString(1, id.value());
              try (ResultSet rows = select.executeQuery()) {
                if (rows.next()) {
                  found.put(
                      id,
                      new ResultStore.Outline(
                          TaskState.valueOf(rows.getString(1)), rows.getInt(2)));
                }
              }
            }
          }
          return found;
        });
  }

  CompletionStage<List<TaskRecord>> list(String tenant, int limit, Optional<TaskId> before) {
    if (limit < 1) {
      return CompletableFuture.completedStage(List.of());
    }
    return alone(
        connection -> {
          long from = Long.MAX_VALUE;
          if (before.isPresent()) {
            try (PreparedStatement select = connection.prepareStatement(TaskSql.CREATED_AT)) {
              select.setString(1, before.get().value());
              try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                  return List.<TaskRecord>of();
                }
                from = rows.getLong(1);
              }
            }
          }
          List<TaskRecord> page = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(TaskSql.LIST)) {
            select.setString(1, tenant);
            select.setLong(2, from);
            select.setLong(3, from);
            select.setString(4, before.map(TaskId::value).orElse(""));
            select.setInt(5, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                page.add(record(rows).build());
              }
            }
          }
          return page;
        });
  }

  CompletionStage<List<TaskId>> overdue(Instant now, int limit) {
    return alone(
        connection -> {
          List<TaskId> found = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(TaskSql.OVERDUE)) {
            select.setLong(1, now.toEpochMilli());
            select.setInt(2, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(new TaskId(rows.getString(1)));
              }
            }
          }
          return found;
        });
  }

  private static TaskRecord.Builder record(ResultSet rows) throws SQLException {
    return TaskRecord.newBuilder()
        .setTaskId(rows.getString(1))
        .setModel(rows.getString(2))
        .setState(TaskState.valueOf(rows.getString(3)))
        .setAttempt(rows.getInt(4))
        .setClaimNonce(rows.getString(5))
        .setCreatedAtMillis(rows.getLong(6))
        .setFinishedAtMillis(rows.getLong(7))
        .setDeadlineMillis(rows.getLong(8))
        .setErrorCode(rows.getString(9))
        .setErrorMessage(rows.getString(10))
        .setSchemaFingerprint(rows.getString(11))
        .setTenant(rows.getString(12))
        .setProgressPercent(rows.getInt(13))
        .setResultExpired(rows.getInt(14) == 1);
  }

  private <T> CompletionStage<T> alone(TaskDatabase.Work<T> work) {
    return StoreFailures.explained(database.alone(work));
  }
}
