package io.remuda.gateway.batches;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.task.UntypedPayload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lines that ask engines: each names its model in its body, which the engine reads itself. */
final class EngineLines implements LineWork {

  static final Set<Endpoint> TAKEN =
      Set.of(Endpoint.CHAT, Endpoint.COMPLETIONS, Endpoint.EMBEDDINGS);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final TypedModels models;
  private final Supplier<RouteSnapshot> known;
  private final RemovedModels removed;
  private final long payloadLimit;

  EngineLines(
      TypedModels models, Supplier<RouteSnapshot> known, RemovedModels removed, long payloadLimit) {
    this.models = models;
    this.known = known;
    this.removed = removed;
    this.payloadLimit = payloadLimit;
  }

  @Override
  public Optional<Refused> check(String endpoint, Predicate<ModelName> sees) {
    return Optional.empty();
  }

  @Override
  public Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees) {
    JsonNode body = body(line);
    if (!body.path("model").isTextual()) {
      return problem(line, "missing_required_parameter", "the body names no model", "body.model");
    }
    if (body.path("stream").asBoolean()) {
      return problem(
          line, "invalid_value", "a line's answer is never streamed; leave it out", "body.stream");
    }
    String name = body.path("model").asText();
    Optional<ModelName> model = ModelName.parse(name).filter(sees);
    RouteSnapshot now = known.get();
    if (model.isEmpty() || (!now.isCold() && now.find(name).isEmpty())) {
      return problem(
          line,
          "model_not_found",
          "the line's model does not exist; 'GET /v1/models' lists those that do",
          "body.model");
    }
    return models.find(model.get()).isPresent()
        ? problem(
            line,
            "mismatched_url",
            "the model '" + name + "' is typed; its lines ask /v1/models/" + name + "/predict",
            "url")
        : Optional.empty();
  }

  @Override
  public Prepared prepare(BatchLine line) {
    if (line.body().length > payloadLimit) {
      return new Known(
          LineAnswer.refused(
              ErrorCode.TOO_LARGE,
              "the body is larger than " + payloadLimit + " bytes; send a smaller one",
              ""));
    }
    JsonNode body = body(line);
    ModelName asked = new ModelName(body.path("model").asText());
    ModelName model = known.get().resolve(asked);
    if (known.get().find(model.value()).isEmpty()) {
      // It was there when the batch began, and may be again: a registry that starts knows none.
      return removed.gone(model).<Prepared>map(Known::of).orElseGet(Later::new);
    }
    return new Task(
        model,
        "",
        UntypedPayload.of(line.url(), model.equals(asked) ? line.body() : named(body, model)));
  }

  /** The engine may know its own name alone, and not an alias of it. */
  private static byte[] named(JsonNode body, ModelName model) {
    ObjectNode renamed = body.deepCopy();
    renamed.put("model", model.value());
    try {
      return JSON.writeValueAsBytes(renamed);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<LineAnswer> done(TaskRecord record) {
    return Optional.of(new LineAnswer(200, record.getResult().toByteArray()));
  }

  private static JsonNode body(BatchLine line) {
    try {
      return JSON.readTree(line.body());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("line " + line.number() + " was JSON before", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<BatchProblem> problem(
      BatchLine line, String code, String message, String param) {
    return Optional.of(
        BatchProblem.newBuilder()
            .setLine(line.number())
            .setCode(code)
            .setMessage(message)
            .setParam(param)
            .build());
  }
}
