package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import akka.stream.Materializer;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.auth.LeaseSeal;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.edge.CallLease;
import io.remuda.gateway.edge.ClientRequest;
import io.remuda.gateway.edge.Endpoint;
import io.remuda.gateway.edge.Headers;
import io.remuda.gateway.edge.InferenceHandler;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Requests to models, for a gateway without an edge; with one they never come this far, and stand
 * here for the API's description and for the table of scopes.
 */
final class InferenceRoutes {

  static final Need NEED = Need.oneOf(Scope.INFER);

  private final Optional<InferenceHandler> handler;
  private final Materializer materializer;
  private final Executor threads;
  private final LeaseSeal seal;

  /**
   * @param seal tells whose a lease is
   */
  InferenceRoutes(
      Optional<InferenceHandler> handler,
      Materializer materializer,
      Executor threads,
      LeaseSeal seal) {
    this.seal = seal;
    this.handler = handler;
    this.materializer = materializer;
    this.threads = threads;
  }

  List<ApiRoute> endpoints() {
    List<ApiRoute> routes = new ArrayList<>();
    for (Endpoint endpoint : Endpoint.values()) {
      if (endpoint.isTyped()) {
        continue;
      }
      routes.add(
          ApiRoute.of(
                  "POST",
                  endpoint.path(),
                  NEED,
                  "inference",
                  "Asks a model",
                  call -> answer(call, endpoint))
              .takes("InferenceRequest")
              .gives(200, "InferenceAnswer"));
    }
    routes.add(predict("/predict/{model}"));
    routes.add(predict("/v1/models/{model}/predict"));
    routes.add(
        ApiRoute.of(
                "POST",
                Endpoint.INFER.path(),
                NEED,
                TensorRoutes.TAG,
                "Asks a typed model by tensors",
                call -> answer(call, Endpoint.INFER))
            .takes("TensorRequest")
            .gives(200, "TensorAnswer"));
    return routes;
  }

  /** Bodies of typed models are described for each of them, where it is ready. */
  private ApiRoute predict(String template) {
    return ApiRoute.of(
        "POST",
        template,
        NEED,
        "typed models",
        "Asks a typed model, in JSON or protobuf",
        call -> answer(call, Endpoint.PREDICT));
  }

  private CompletionStage<HttpResponse> answer(Call call, Endpoint endpoint) {
    if (handler.isEmpty()) {
      return Refusal.failed(ErrorCode.NOT_FOUND, "requests to models go to the public address");
    }
    InferenceHandler inference = handler.get();
    CallLease lease = call.lease().of(id -> seal.covers(id, call.caller()));
    if (lease.refused().isPresent()) {
      return Refusal.failed(lease.refused().get());
    }
    return call.bytes()
        .thenCompose(
            body -> {
              Lane lane = new Lane(threads);
              StreamedAnswer answer = new StreamedAnswer(lane, materializer);
              ClientRequest request =
                  new ClientRequest(
                      endpoint,
                      Optional.of(call.path("model")).filter(name -> !name.isEmpty()),
                      Headers.toEngine(name -> header(call, name)),
                      Unpooled.wrappedBuffer(body),
                      call.requestId(),
                      name -> ModelName.parse(name).filter(call.caller()::sees).isPresent(),
                      inference.waitBudget(call.header(Headers.WAIT).orElse(null)),
                      lane,
                      lease.token(),
                      Sender.of(
                          call.caller().key(),
                          call.caller().tenant(),
                          call.header(Headers.SESSION),
                          call.header(Headers.PRIORITY)));
              lane.execute(
                  () -> answer.drives(inference.handle(request, answer), call.departure()));
              return answer.response();
            });
  }

  /** akka-http takes the type of a body out of the headers. */
  private static @Nullable String header(Call call, String name) {
    if (!name.equals("content-type")) {
      return call.header(name).orElse(null);
    }
    String type = call.request().entity().getContentType().toString();
    return type.startsWith("none/none") ? null : type;
  }
}
