package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.gateway.typed.TensorModel;
import io.remuda.gateway.typed.TypedModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What clients of the Open Inference Protocol, KServe's version 2, ask before they send tensors:
 * whether the gateway and a model are ready, and what the model's tensors are. Read from the
 * snapshot, so no registry is asked.
 */
final class TensorRoutes {

  /** With this all addresses of the protocol begin. */
  static final String BELOW = "/v2";

  static final String TAG = "tensors";

  private static final String VERSION = "1";

  private final Supplier<RouteSnapshot> known;
  private final SchemaCache schemas;
  private final BooleanSupplier stopping;

  TensorRoutes(Supplier<RouteSnapshot> known, SchemaCache schemas, BooleanSupplier stopping) {
    this.known = known;
    this.schemas = schemas;
    this.stopping = stopping;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of("GET", BELOW, ModelRoutes.NEED, TAG, "The server", this::server)
            .gives(200, "TensorServer"),
        ApiRoute.of(
                "GET", BELOW + "/health/live", Need.NOTHING, TAG, "Whether it lives", this::live)
            .gives(200, "TensorLive"),
        ApiRoute.of(
                "GET",
                BELOW + "/health/ready",
                Need.NOTHING,
                TAG,
                "Whether it can serve",
                this::ready)
            .gives(200, "TensorReady"),
        ApiRoute.of(
                "GET",
                BELOW + "/models/{model}",
                ModelRoutes.NEED,
                TAG,
                "The tensors of a typed model",
                this::model)
            .gives(200, "TensorModel"),
        ApiRoute.of(
                "GET",
                BELOW + "/models/{model}/ready",
                ModelRoutes.NEED,
                TAG,
                "Whether a model takes requests",
                this::modelReady)
            .gives(200, "TensorReady"));
  }

  private CompletionStage<HttpResponse> server(Call call) {
    ObjectNode json = Json.object().put("name", "remuda").put("version", VERSION);
    json.putArray("extensions");
    return Replies.now(Replies.json(200, json));
  }

  private CompletionStage<HttpResponse> live(Call call) {
    return Replies.now(Replies.json(200, Json.object().put("live", true)));
  }

  private CompletionStage<HttpResponse> ready(Call call) {
    return Replies.now(readiness(Json.object(), !known.get().isCold() && !stopping.getAsBoolean()));
  }

  private CompletionStage<HttpResponse> modelReady(Call call) {
    ModelEntry entry = ModelRoutes.known(known.get(), call);
    return Replies.now(
        readiness(Json.object().put("name", call.path("model")), ModelRoutes.isUsable(entry)));
  }

  private static HttpResponse readiness(ObjectNode json, boolean ready) {
    return Replies.json(ready ? 200 : 503, json.put("ready", ready));
  }

  private CompletionStage<HttpResponse> model(Call call) {
    ModelEntry entry = ModelRoutes.known(known.get(), call);
    Optional<TypedModel> typed = schemas.of(entry);
    if (typed.isEmpty()) {
      return Refusal.failed(
          ErrorCode.NOT_SUPPORTED,
          "the model '"
              + entry.name()
              + "' is not typed, so that it has no tensors; GET /v1/models shows those that are");
    }
    Optional<Refused> objection = TensorModel.objection(entry.name(), typed.get());
    return objection.isPresent()
        ? Refusal.failed(objection.get())
        : Replies.now(Replies.json(200, TensorModel.describe(call.path("model"), typed.get())));
  }
}
