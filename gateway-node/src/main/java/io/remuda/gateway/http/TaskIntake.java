package io.remuda.gateway.http;

import akka.http.javadsl.model.MediaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Submit;
import io.remuda.gateway.tasks.WebhookPolicy;
import io.remuda.gateway.typed.Decoded;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UntypedPayload;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Reads a submission: its model, its input by the model's schema, its options within their limits.
 * What is wrong with it is told here, before any store is asked.
 */
final class TaskIntake {

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final TypedModels models;
  private final Supplier<RouteSnapshot> known;
  private final DeskSettings settings;
  private final WebhookPolicy webhooks;
  private final TaskMemory memory;

  TaskIntake(
      TypedModels models,
      Supplier<RouteSnapshot> known,
      DeskSettings settings,
      WebhookPolicy webhooks) {
    this.models = models;
    this.known = known;
    this.settings = settings;
    this.webhooks = webhooks;
    this.memory = new TaskMemory(settings.memory());
  }

  /** Reads the submission and hands it on; what has come is in memory until that has ended. */
  <T> CompletionStage<T> with(Call call, Function<Submit, CompletionStage<T>> use) {
    TaskMemory.Share share = memory.share();
    CompletionStage<T> done;
    try {
      done = read(call, share).thenCompose(use);
    } catch (RuntimeException e) {
      share.end();
      throw e;
    }
    return done.whenComplete((value, failure) -> share.end());
  }

  private CompletionStage<Submit> read(Call call, TaskMemory.Share share) {
    // A task is the model's that its address stands for now, whatever becomes of the alias.
    ModelName model = known.get().resolve(call.model("model"));
    Optional<TypedCodec> codec = models.find(model);
    String path = codec.isPresent() ? "" : untyped(call, model);
    String key = call.header("idempotency-key").orElse("");
    if (!key.isEmpty() && !KEY.matcher(key).matches()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the header Idempotency-Key holds 1 to 200 visible ASCII characters",
          "Idempotency-Key");
    }
    Duration deadline =
        Spans.query(call, "deadline", SHORTEST, settings.longestDeadline())
            .orElse(settings.defaultDeadline());
    Duration ttl =
        Spans.query(call, "ttl", SHORTEST, settings.longestResultTtl())
            .orElse(settings.defaultResultTtl());
    Optional<URI> webhook = call.query("webhook").map(this::webhook);
    return call.bytes(settings.payloadLimit(), share::take)
        .thenApply(
            body -> {
              share.requireAll();
              return new Submit(
                  TaskRoutes.tenant(call.caller()),
                  call.caller().tenant().orElse(""),
                  model,
                  codec.map(TypedCodec::fingerprint).orElse(""),
                  codec.isPresent()
                      ? input(call, codec.get(), body)
                      : untyped(call, model, path, body),
                  key,
                  deadline,
                  ttl,
                  webhook,
                  call.requestId());
            });
  }

  private ByteString input(Call call, TypedCodec codec, byte[] body) {
    MediaType media = call.request().entity().getContentType().mediaType();
    String type = media.toString().equals("none/none") ? "application/json" : media.toString();
    Decoded decoded = codec.toBinary(type, body);
    if (decoded instanceof Decoded.Message message) {
      return message.binary();
    }
    Decoded.Bad bad = (Decoded.Bad) decoded;
    throw bad.path().isEmpty()
        ? Refusal.of(bad.refused())
        : Refusal.of(bad.refused().code(), bad.refused().message(), bad.path());
  }

  private URI webhook(String raw) {
    WebhookPolicy.Verdict verdict = webhooks.check(raw);
    return verdict
        .url()
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.INVALID_REQUEST,
                    verdict.refused().map(refused -> refused.message()).orElse("no webhook"),
                    "webhook"));
  }

  /** The path that a task of a model without a schema asks. */
  private String untyped(Call call, ModelName model) {
    RouteSnapshot now = known.get();
    if (now.find(model.value()).isEmpty()) {
      throw now.isCold()
          ? Refusal.of(
              ErrorCode.REGISTRY_UNAVAILABLE,
              "this gateway has not heard of any model yet; try again in a moment")
          : Refusal.of(
              ErrorCode.MODEL_NOT_FOUND,
              "the model '" + model + "' does not exist; 'GET /v1/models' lists those that do");
    }
    String path = call.query("endpoint").orElse(Endpoint.CHAT.path());
    if (!TaskNames.UNTYPED_PATHS.contains(path)) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the query parameter 'endpoint' is one of " + new TreeSet<>(TaskNames.UNTYPED_PATHS),
          "endpoint");
    }
    return path;
  }

  /** The request's JSON; whatever its field 'model' says, the one in the address is asked. */
  private ByteString untyped(Call call, ModelName model, String path, byte[] body) {
    JsonNode json = call.asJson(body);
    if (!(json instanceof ObjectNode request)) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "the body is the request, a JSON object");
    }
    if (request.path("stream").asBoolean()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST, "a task's answer is never streamed; leave it out", "stream");
    }
    request.put("model", model.value());
    return UntypedPayload.of(path, Json.write(request));
  }
}
