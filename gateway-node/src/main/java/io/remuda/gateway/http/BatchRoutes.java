package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.LineWork;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.batch.BatchRecord;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Batches: begun, looked at, listed, cancelled. A caller sees its own alone. */
final class BatchRoutes {

  private static final Need NEED = Need.oneOf(Scope.INFER);
  private static final int PAGE = 20;
  private static final int LARGEST_PAGE = 100;
  private static final int MOST_METADATA = 16;
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_VALUE = 512;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");

  private final BatchDesk desk;
  private final LineWork work;

  BatchRoutes(BatchDesk desk, LineWork work) {
    this.desk = desk;
    this.work = work;
  }

  List<ApiRoute> endpoints() {
    String tag = "batches";
    return List.of(
        ApiRoute.of(
                "POST",
                "/v1/batches",
                NEED,
                tag,
                "Run each line of an uploaded file as a durable task. The header Idempotency-Key"
                    + " makes a second try find the first one's batch",
                this::create)
            .takes("NewBatch")
            .gives(200, "Batch"),
        ApiRoute.of("GET", "/v1/batches", NEED, tag, "Your batches, the newest first", this::list)
            .query("limit", "at most so many, 1 to 100; 20 when left out")
            .query("after", "the last id of the page before")
            .gives(200, "BatchList"),
        ApiRoute.of(
                "GET",
                "/v1/batches/{id}",
                NEED,
                tag,
                "One batch: how far it is, and the files that it has made",
                this::get)
            .gives(200, "Batch"),
        ApiRoute.of(
                "POST",
                "/v1/batches/{id}/cancel",
                NEED,
                tag,
                "Begin no more lines; those that have ended can be read",
                this::cancel)
            .gives(200, "Batch"));
  }

  private CompletionStage<HttpResponse> create(Call call) {
    String key = call.header("idempotency-key").orElse("");
    if (!key.isEmpty() && !KEY.matcher(key).matches()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the header Idempotency-Key holds 1 to 200 visible ASCII characters",
          "Idempotency-Key");
    }
    return TaskRoutes.told(call.json().thenCompose(json -> desk.create(wanted(call, json, key))))
        .thenApply(batch -> Replies.json(200, BatchViews.batch(batch)));
  }

  private BatchDesk.Wanted wanted(Call call, JsonNode json, String key) {
    String endpoint = text(json, "endpoint");
    work.check(endpoint, call.caller()::sees)
        .ifPresent(
            refused -> {
              throw Refusal.of(refused.code(), refused.message(), "endpoint");
            });
    String window = text(json, "completion_window");
    return new BatchDesk.Wanted(
        TaskRoutes.tenant(call.caller()),
        call.caller().tenant().orElse(""),
        text(json, "input_file_id"),
        endpoint,
        Spans.value("completion_window", window, SHORTEST, desk.settings().longestWindow()),
        window,
        metadata(json.path("metadata")),
        Set.copyOf(call.caller().models().words()),
        key);
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "'" + field + "' is a string", field);
    }
    return value.asText();
  }

  private static Map<String, String> metadata(JsonNode json) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (json.isMissingNode() || json.isNull()) {
      return metadata;
    }
    boolean good = json.isObject() && json.size() <= MOST_METADATA;
    if (good) {
      for (Map.Entry<String, JsonNode> each : json.properties()) {
        good &=
            each.getValue().isTextual()
                && each.getKey().length() <= LONGEST_NAME
                && each.getValue().asText().length() <= LONGEST_VALUE;
        metadata.put(each.getKey(), each.getValue().asText());
      }
    }
    if (!good) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "'metadata' is an object of at most 16 strings, names up to 64 and values up to 512"
              + " characters",
          "metadata");
    }
    return metadata;
  }

  private CompletionStage<HttpResponse> get(Call call) {
    return TaskRoutes.told(desk.batch(TaskRoutes.tenant(call.caller()), call.path("id")))
        .thenApply(batch -> Replies.json(200, BatchViews.batch(batch)));
  }

  private CompletionStage<HttpResponse> cancel(Call call) {
    return TaskRoutes.told(desk.cancel(TaskRoutes.tenant(call.caller()), call.path("id")))
        .thenApply(batch -> Replies.json(200, BatchViews.batch(batch)));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    return TaskRoutes.told(
            desk.batches(TaskRoutes.tenant(call.caller()), limit + 1, call.query("after")))
        .thenApply(
            batches ->
                Replies.json(
                    200, BatchViews.page(batches, limit, BatchViews::batch, BatchRecord::getId)));
  }
}
