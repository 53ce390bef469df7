package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.gateway.typed.TypedModel;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Schema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The models that answer now, in OpenAI's shape; read from the snapshot, so no registry is asked.
 */
final class ModelRoutes {

  private static final ContentType DESCRIPTORS = ContentTypes.parse("application/x-protobuf");
  static final Need NEED = Need.oneOf(Scope.INFER, Scope.DEPLOY, Scope.AUDIT);

  private final Supplier<RouteSnapshot> known;
  private final SchemaCache schemas;

  ModelRoutes(Supplier<RouteSnapshot> known, SchemaCache schemas) {
    this.known = known;
    this.schemas = schemas;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of("GET", "/v1/models", NEED, "models", "Models that take requests", this::list)
            .gives(200, "ModelList"),
        ApiRoute.of("GET", "/v1/models/{model}", NEED, "models", "One model", this::get)
            .gives(200, "Model"),
        ApiRoute.of(
            "GET",
            "/v1/models/{model}/descriptors",
            NEED,
            "typed models",
            "The message types of a typed model, as a google.protobuf.FileDescriptorSet",
            this::descriptors));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    RouteSnapshot now = known.get();
    return Replies.now(
        Replies.json(
            200, Json.list(usable(now, call), name -> view(name, now.find(name).orElseThrow()))));
  }

  /** The names of models, and aliases of such, that take requests of this caller. */
  static List<String> usable(RouteSnapshot now, Call call) {
    return Stream.concat(
            now.models().stream().map(ModelEntry::name), now.aliases().keySet().stream())
        .filter(name -> now.find(name).filter(ModelRoutes::isUsable).isPresent())
        .filter(name -> ModelName.parse(name).filter(call.caller()::sees).isPresent())
        .sorted()
        .toList();
  }

  private CompletionStage<HttpResponse> get(Call call) {
    ModelEntry entry = known(call);
    if (!isUsable(entry)) {
      String why = entry.listing().flatMap(Listing::reason).map(r -> ": " + r).orElse("");
      return Refusal.failed(
          ErrorCode.MODEL_NOT_READY,
          "no instance of '" + entry.name() + "' takes requests now" + why + "; try again shortly");
    }
    return Replies.now(Replies.json(200, view(call.path("model"), entry)));
  }

  /** Also of a model that is not ready, so that clients can be built before. */
  private CompletionStage<HttpResponse> descriptors(Call call) {
    ModelEntry entry = known(call);
    Optional<TypedModel> typed = schemas.of(entry);
    if (typed.isEmpty()) {
      return Refusal.failed(
          ErrorCode.NOT_FOUND,
          "the model '" + entry.name() + "' is not typed: it has no message types");
    }
    return Replies.now(
        Replies.with(
            Replies.bytes(DESCRIPTORS, typed.get().descriptors()),
            "etag",
            "\"" + typed.get().fingerprint() + "\""));
  }

  private ModelEntry known(Call call) {
    return known(known.get(), call);
  }

  /** The model of the address, or of the alias there; a refusal where it is not for the caller. */
  static ModelEntry known(RouteSnapshot now, Call call) {
    Optional<ModelName> seen = ModelName.parse(call.path("model")).filter(call.caller()::sees);
    return seen.flatMap(model -> now.find(model.value()))
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.MODEL_NOT_FOUND,
                    seen.flatMap(name -> now.aliasOf(name.value()))
                        .map(
                            target ->
                                "the model is an alias of '%s', which was removed; set the alias to another"
                                    .formatted(target))
                        .orElse(
                            "the model does not exist; 'GET /v1/models' lists those that take"
                                + " requests")));
  }

  /** Whether it takes requests, be it of a lease's holder alone, or be it that they wake it. */
  static boolean isUsable(ModelEntry entry) {
    return entry.readyCount() + entry.leasedCount() > 0
        || entry.listing().filter(said -> said.sleeps() || said.returns()).isPresent();
  }

  /**
   * @param name that it is asked for by: its own, or an alias of it
   */
  private static ObjectNode view(String name, ModelEntry entry) {
    Optional<Listing> listing = entry.listing();
    ObjectNode json = Json.object();
    json.put("id", name);
    json.put("object", "model");
    json.put("created", listing.map(said -> said.createdAt().getEpochSecond()).orElse(0L));
    json.put("owned_by", "remuda");
    json.put("root", listing.flatMap(Listing::model).orElse(entry.name()));
    json.putNull("parent");
    if (!name.equals(entry.name())) {
      json.put("alias_of", entry.name());
    }
    if (listing.isPresent() && listing.get().context().isPresent()) {
      json.put("max_model_len", listing.get().context().getAsInt());
    } else {
      json.putNull("max_model_len");
    }
    ObjectNode instances = json.putObject("instances");
    instances.put("ready", entry.readyCount());
    instances.put("leased", entry.leasedCount());
    instances.put("known", entry.routes().size());
    listing.ifPresent(said -> instances.put("wanted", said.replicas()));
    instances.set("tasks", Views.tasks(entry.routes()).orElse(null));
    listing.flatMap(Listing::schema).ifPresent(schema -> types(json, name, schema));
    return json;
  }

  private static void types(ObjectNode json, String name, Schema schema) {
    ObjectNode typed = json.putObject("schema");
    typed.put("input_type", schema.inputType());
    typed.put("output_type", schema.outputType());
    typed.put("fingerprint", schema.fingerprint());
    String self = "/v1/models/" + name;
    typed.put("predict", self + "/predict");
    typed.put("descriptors", self + "/descriptors");
  }
}
