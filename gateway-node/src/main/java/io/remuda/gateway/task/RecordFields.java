package io.remuda.gateway.task;

import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How a task's record lies in Redis: the fields of its hash, and what a listing tells of them. */
final class RecordFields {

  /** Told, not held: whether the key of the result is gone. */
  private static final String EXPIRED = "resultExpired";

  private static final List<String> LISTED =
      List.of(
          "state",
          "model",
          "fingerprint",
          "tenant",
          "attempt",
          "nonce",
          "createdAt",
          "finishedAt",
          "deadline",
          "errorCode",
          "errorMessage",
          "progress",
          EXPIRED);

  private RecordFields() {}

  /** What the script that lists says: of each task its id and {@link #LISTED}. */
  static List<TaskRecord> rows(List<List<byte[]>> rows) {
    List<TaskRecord> records = new ArrayList<>();
    for (List<byte[]> row : rows) {
      Map<String, byte[]> fields = new HashMap<>();
      for (int i = 0; i < LISTED.size(); i++) {
        fields.put(LISTED.get(i), row.get(i + 1));
      }
      records.add(record(new TaskId(text(row.get(0))), fields));
    }
    return records;
  }

  /** Unspecified where the record has none, or there is no record. */
  static TaskState stateOf(byte[] name) {
    return state(text(name));
  }

  private static TaskState state(String name) {
    return name.isEmpty() ? TaskState.TASK_STATE_UNSPECIFIED : TaskState.valueOf(name);
  }

  /** Without its result, which has a key of its own. */
  static TaskRecord record(TaskId id, Map<String, byte[]> fields) {
    return TaskRecord.newBuilder()
        .setTaskId(id.value())
        .setModel(string(fields, "model"))
        .setState(state(string(fields, "state")))
        .setAttempt((int) number(fields, "attempt"))
        .setClaimNonce(string(fields, "nonce"))
        .setCreatedAtMillis(number(fields, "createdAt"))
        .setFinishedAtMillis(number(fields, "finishedAt"))
        .setDeadlineMillis(number(fields, "deadline"))
        .setErrorCode(string(fields, "errorCode"))
        .setErrorMessage(string(fields, "errorMessage"))
        .setSchemaFingerprint(string(fields, "fingerprint"))
        .setTenant(string(fields, "tenant"))
        .setProgressPercent((int) number(fields, "progress"))
        .setResultExpired(string(fields, EXPIRED).equals("1"))
        .build();
  }

  private static String string(Map<String, byte[]> fields, String name) {
    byte[] value = fields.get(name);
    return value == null ? "" : text(value);
  }

  private static long number(Map<String, byte[]> fields, String name) {
    String value = string(fields, name);
    return value.isEmpty() ? 0 : Long.parseLong(value);
  }

  static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}
