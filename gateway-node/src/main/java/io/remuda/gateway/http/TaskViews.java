package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.google.protobuf.ByteString;
import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.tasks.Ended;
import io.remuda.gateway.tasks.TaskResults;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** Tasks as JSON. */
final class TaskViews {

  private final TypedModels models;

  TaskViews(TypedModels models) {
    this.models = models;
  }

  /** All that is known of a task, with its result or its error once it has ended. */
  ObjectNode task(TaskRecord record) {
    ObjectNode json = row(record);
    if (record.getResultExpired()) {
      json.putNull("result");
    } else if (record.getState() == TaskState.DONE) {
      result(record, json);
    }
    if (Ended.is(record.getState()) && record.getState() != TaskState.DONE) {
      ObjectNode error = json.putObject("error");
      error.put("code", record.getErrorCode());
      error.put("message", record.getErrorMessage());
    }
    ObjectNode links = json.putObject("links");
    links.put("self", path(record));
    return json;
  }

  /** A task in a list: without its result, which may be large. */
  static ObjectNode row(TaskRecord record) {
    ObjectNode json = Json.object();
    json.put("object", "task");
    json.put("id", record.getTaskId());
    json.put("model", record.getModel().isEmpty() ? null : record.getModel());
    json.put("state", record.getState().name());
    json.put("attempts", record.getAttempt());
    json.put("progress", record.getProgressPercent());
    json.put("createdAt", time(record.getCreatedAtMillis()));
    json.put("finishedAt", time(record.getFinishedAtMillis()));
    json.put("deadline", time(record.getDeadlineMillis()));
    if (record.getState() == TaskState.DONE) {
      json.put("resultExpired", record.getResultExpired());
    }
    return json;
  }

  static ObjectNode dead(DeadTask dead) {
    ObjectNode json = Json.object();
    json.put("object", "dead_task");
    json.put("id", dead.task().getTaskId());
    json.put("model", dead.task().getModel());
    json.put("tenant", dead.task().getTenant());
    json.put("reason", dead.reason());
    json.put("at", dead.at().toString());
    json.put("createdAt", time(dead.task().getCreatedAtMillis()));
    json.put("deadline", time(dead.task().getDeadlineMillis()));
    return json;
  }

  /** What a webhook is sent, in the shape of Standard Webhooks. */
  byte[] hook(TaskRecord record) {
    ObjectNode json = Json.object();
    json.put("type", "task." + record.getState().name().toLowerCase(java.util.Locale.ROOT));
    json.put("timestamp", time(record.getFinishedAtMillis()));
    json.set("data", task(record));
    return Json.write(json);
  }

  static String path(TaskRecord record) {
    return "/v1/tasks/" + record.getTaskId();
  }

  /** As JSON where this gateway knows, or once knew, the schema it was made by; else as bytes. */
  private void result(TaskRecord record, ObjectNode json) {
    if (record.getSchemaFingerprint().isEmpty()) {
      json.putRawValue("result", new RawValue(record.getResult().toStringUtf8()));
      return;
    }
    Optional<String> text =
        ModelName.parse(record.getModel())
            .flatMap(models::find)
            .filter(codec -> codec.fingerprint().equals(record.getSchemaFingerprint()))
            // The model may have another schema by now, or be gone.
            .or(() -> models.met(record.getSchemaFingerprint()))
            .flatMap(codec -> json(codec, record.getResult()));
    if (text.isPresent()) {
      json.putRawValue("result", new RawValue(text.get()));
    } else {
      json.putNull("result");
      json.put("resultBase64", base64(record.getResult()));
    }
  }

  private static Optional<String> json(TypedCodec codec, ByteString result) {
    try {
      return Optional.of(new String(TaskResults.json(codec, result), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      // Not of its own schema: whoever asks gets to see what there is.
      return Optional.empty();
    }
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static @org.jspecify.annotations.Nullable String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }
}
