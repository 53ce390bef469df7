package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.FileRecord;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Files and batches in OpenAI's shape; times are seconds. */
final class BatchViews {

  private BatchViews() {}

  static ObjectNode file(FileRecord file) {
    ObjectNode json = Json.object();
    json.put("id", file.getId());
    json.put("object", "file");
    json.put("bytes", file.getBytes());
    json.put("created_at", seconds(file.getCreatedAtMillis()));
    json.put("expires_at", seconds(file.getExpiresAtMillis()));
    json.put("filename", file.getFilename());
    json.put("purpose", file.getPurpose());
    json.put("status", "processed");
    return json;
  }

  static ObjectNode batch(BatchRecord batch) {
    ObjectNode json = Json.object();
    json.put("id", batch.getId());
    json.put("object", "batch");
    json.put("endpoint", batch.getEndpoint());
    if (batch.getProblemsCount() == 0) {
      json.putNull("errors");
    } else {
      ObjectNode errors = json.putObject("errors");
      errors.put("object", "list");
      ArrayNode data = errors.putArray("data");
      batch.getProblemsList().forEach(problem -> data.add(problem(problem)));
    }
    json.put("input_file_id", batch.getInputFileId());
    json.put("completion_window", batch.getCompletionWindow());
    json.put("status", batch.getStatus().name().toLowerCase(Locale.ROOT));
    json.put("output_file_id", word(batch.getOutputFileId()));
    json.put("error_file_id", word(batch.getErrorFileId()));
    json.put("created_at", seconds(batch.getCreatedAtMillis()));
    json.put("in_progress_at", seconds(batch.getInProgressAtMillis()));
    json.put("expires_at", seconds(batch.getExpiresAtMillis()));
    json.put("finalizing_at", seconds(batch.getFinalizingAtMillis()));
    json.put("completed_at", seconds(batch.getCompletedAtMillis()));
    json.put("failed_at", seconds(batch.getFailedAtMillis()));
    json.put("expired_at", seconds(batch.getExpiredAtMillis()));
    json.put("cancelling_at", seconds(batch.getCancellingAtMillis()));
    json.put("cancelled_at", seconds(batch.getCancelledAtMillis()));
    ObjectNode counts = json.putObject("request_counts");
    counts.put("total", batch.getTotal());
    counts.put("completed", batch.getCompleted());
    counts.put("failed", batch.getFailed());
    ObjectNode metadata = json.putObject("metadata");
    batch.getMetadataMap().forEach(metadata::put);
    return json;
  }

  /**
   * A page of a list.
   *
   * @param found one more than the limit when there are more
   */
  static <T> ObjectNode page(
      List<T> found, int limit, Function<T, ObjectNode> shape, Function<T, String> id) {
    List<T> page = found.size() > limit ? found.subList(0, limit) : found;
    ObjectNode json = Json.list(page, shape);
    json.put("first_id", page.isEmpty() ? null : id.apply(page.get(0)));
    json.put("last_id", page.isEmpty() ? null : id.apply(page.get(page.size() - 1)));
    json.put("has_more", found.size() > limit);
    return json;
  }

  private static ObjectNode problem(BatchProblem problem) {
    ObjectNode json = Json.object();
    json.put("code", problem.getCode());
    json.put("message", problem.getMessage());
    json.put("line", problem.getLine() == 0 ? null : problem.getLine());
    json.put("param", word(problem.getParam()));
    return json;
  }

  private static @Nullable String word(String value) {
    return value.isEmpty() ? null : value;
  }

  private static @Nullable Long seconds(long millis) {
    return millis == 0 ? null : millis / 1_000;
  }
}
