package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.dialect.OllamaNames;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What Ollama's clients ask before they ask a model: which there are, what they can do, which API
 * this is. Read from the snapshot, so no registry is asked. What is not known here of a model's
 * file is empty: the files lie on other machines.
 */
final class OllamaRoutes {

  /** All of Ollama's addresses begin so. */
  static final String BELOW = "/api/";

  /** The version of Ollama's API that is spoken here, by which its clients know what they may. */
  private static final String VERSION = "0.13.0";

  private final Supplier<RouteSnapshot> known;

  OllamaRoutes(Supplier<RouteSnapshot> known) {
    this.known = known;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        route("GET", "tags", "Models that take requests", this::tags),
        route("GET", "ps", "Models with an instance that is ready", this::ps),
        route("GET", "version", "The version of Ollama's API", this::version),
        route("POST", "show", "One model and what it can do", this::show).takes("OllamaShow"));
  }

  private static ApiRoute route(
      String method, String last, String summary, ApiRoute.Handler handler) {
    return ApiRoute.of(method, BELOW + last, ModelRoutes.NEED, "ollama", summary, handler);
  }

  private CompletionStage<HttpResponse> tags(Call call) {
    return Replies.now(Replies.json(200, list(call, entry -> true)));
  }

  private CompletionStage<HttpResponse> ps(Call call) {
    return Replies.now(Replies.json(200, list(call, entry -> entry.readyCount() > 0)));
  }

  private CompletionStage<HttpResponse> version(Call call) {
    return Replies.now(Replies.json(200, Json.object().put("version", VERSION)));
  }

  private ObjectNode list(Call call, Predicate<ModelEntry> shown) {
    RouteSnapshot now = known.get();
    ObjectNode json = Json.object();
    ArrayNode models = json.putArray("models");
    for (String name : ModelRoutes.usable(now, call)) {
      now.find(name).filter(shown).ifPresent(entry -> models.add(view(name, entry)));
    }
    return json;
  }

  private static ObjectNode view(String name, ModelEntry entry) {
    ObjectNode json = Json.object();
    json.put("name", OllamaNames.tagged(name));
    json.put("model", OllamaNames.tagged(name));
    json.put("modified_at", changedAt(entry).toString());
    json.put("size", 0);
    json.put("digest", "");
    json.set("details", details());
    return json;
  }

  private static Instant changedAt(ModelEntry entry) {
    return entry.listing().map(Listing::createdAt).orElse(Instant.EPOCH);
  }

  private static ObjectNode details() {
    ObjectNode details = Json.object();
    details.put("parent_model", "");
    details.put("format", "");
    details.put("family", "");
    details.putArray("families");
    details.put("parameter_size", "");
    details.put("quantization_level", "");
    return details;
  }

  private CompletionStage<HttpResponse> show(Call call) {
    return call.bytes().thenApply(body -> Replies.json(200, shown(call, call.asJson(body))));
  }

  private ObjectNode shown(Call call, JsonNode asked) {
    String name = asked.path("model").asText(asked.path("name").asText());
    if (name.isEmpty()) {
      throw Refusal.of(ErrorCode.INVALID_REQUEST, "model is missing; '/api/tags' lists them");
    }
    RouteSnapshot now = known.get();
    String model = OllamaNames.untagged(name);
    ModelEntry entry =
        ModelName.parse(model)
            .filter(call.caller()::sees)
            .flatMap(seen -> now.find(seen.value()))
            .orElseThrow(
                () ->
                    Refusal.of(
                        ErrorCode.MODEL_NOT_FOUND,
                        "the model does not exist; '/api/tags' lists those that take requests"));
    ObjectNode json = Json.object();
    json.put("modelfile", "");
    json.put("parameters", "");
    json.put("template", "");
    json.put("modified_at", changedAt(entry).toString());
    json.set("details", details());
    ObjectNode info = json.putObject("model_info");
    info.put("general.basename", model);
    entry
        .listing()
        .map(Listing::context)
        .filter(context -> context.isPresent())
        .ifPresent(context -> info.put("general.context_length", context.getAsInt()));
    ArrayNode abilities = json.putArray("capabilities");
    abilities(entry).forEach(abilities::add);
    return json;
  }

  /** By what its engines answer; whether a model calls tools or sees images nobody tells. */
  private static List<String> abilities(ModelEntry entry) {
    Set<String> paths =
        entry.routes().stream()
            .map(Route::endpoints)
            .flatMap(Set::stream)
            .collect(Collectors.toSet());
    Optional<String> talks =
        paths.contains("/v1/chat/completions") ? Optional.of("completion") : Optional.empty();
    Optional<String> embeds =
        paths.contains("/v1/embeddings") ? Optional.of("embedding") : Optional.empty();
    return java.util.stream.Stream.of(talks, embeds).flatMap(Optional::stream).toList();
  }
}
