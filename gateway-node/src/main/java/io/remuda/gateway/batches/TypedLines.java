package io.remuda.gateway.batches;

import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.tasks.TaskResults;
import io.remuda.gateway.typed.Decoded;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lines that ask typed models: a line's body is the model's input, its answer the output. */
final class TypedLines implements LineWork {

  private static final String JSON = "application/json";

  private final TypedModels models;
  private final Supplier<RouteSnapshot> known;
  private final RemovedModels removed;
  private final long payloadLimit;

  /**
   * @param payloadLimit bytes of a line's body
   */
  TypedLines(
      TypedModels models, Supplier<RouteSnapshot> known, RemovedModels removed, long payloadLimit) {
    this.models = models;
    this.known = known;
    this.removed = removed;
    this.payloadLimit = payloadLimit;
  }

  @Override
  public Optional<Refused> check(String endpoint, Predicate<ModelName> sees) {
    Optional<String> named = Endpoint.modelIn(endpoint);
    if (named.isEmpty()) {
      return Optional.of(
          Refused.of(
              ErrorCode.INVALID_REQUEST,
              "'endpoint' is the address that each line asks: /v1/chat/completions,"
                  + " /v1/completions, /v1/embeddings or /v1/models/{model}/predict"));
    }
    Optional<ModelName> model = named.flatMap(ModelName::parse).filter(sees);
    if (model.isPresent() && models.find(model.get()).isPresent()) {
      return Optional.empty();
    }
    if (known.get().isCold()) {
      return Optional.of(
          Refused.of(
              ErrorCode.REGISTRY_UNAVAILABLE,
              "this gateway has not heard of any model yet; try again in a moment"));
    }
    return Optional.of(
        Refused.of(
            ErrorCode.MODEL_NOT_FOUND,
            "there is no typed model of this name; 'GET /v1/models' lists those that there are"));
  }

  @Override
  public Optional<BatchProblem> check(BatchLine line, Predicate<ModelName> sees) {
    return Optional.empty();
  }

  @Override
  public Prepared prepare(BatchLine line) {
    ModelName model =
        known.get().resolve(new ModelName(Endpoint.modelIn(line.url()).orElseThrow()));
    Optional<TypedCodec> codec = models.find(model);
    if (codec.isEmpty()) {
      // It was there when the batch began, and may be again: a registry that starts knows none.
      return removed.gone(model).<Prepared>map(Known::of).orElseGet(Later::new);
    }
    if (line.body().length > payloadLimit) {
      return new Known(
          LineAnswer.refused(
              ErrorCode.TOO_LARGE,
              "the input is larger than " + payloadLimit + " bytes; send a smaller one",
              ""));
    }
    Decoded decoded = codec.get().toBinary(JSON, line.body());
    if (decoded instanceof Decoded.Message message) {
      return new Task(model, codec.get().fingerprint(), message.binary());
    }
    Decoded.Bad bad = (Decoded.Bad) decoded;
    return new Known(LineAnswer.refused(bad.refused().code(), bad.refused().message(), bad.path()));
  }

  @Override
  public Optional<LineAnswer> done(TaskRecord record) {
    String schema = record.getSchemaFingerprint();
    return ModelName.parse(record.getModel())
        .flatMap(models::find)
        .filter(codec -> codec.fingerprint().equals(schema))
        // The model may have another schema by now, or be gone for a while.
        .or(() -> models.met(schema))
        .map(codec -> answer(codec, record));
  }

  private static LineAnswer answer(TypedCodec codec, TaskRecord record) {
    try {
      return new LineAnswer(200, TaskResults.json(codec, record.getResult()));
    } catch (IllegalArgumentException e) {
      return LineAnswer.refused(
          ErrorCode.ENGINE_FAILED, "the model's answer is not of its own schema", "");
    }
  }
}
