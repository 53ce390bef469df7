package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.RecentRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What became of recent requests to models, at whichever gateway: where they were sent, where their
 * time went, and how they ended, as far as the caller may see them.
 */
final class RequestRoutes {

  private final RequestSearch search;

  RequestRoutes(RequestSearch search) {
    this.search = search;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
                "GET",
                "/v1/requests/{id}",
                Need.oneOf(Scope.INFER, Scope.AUDIT),
                "inference",
                "What became of recent requests with that x-request-id, at whichever gateway",
                this::get)
            .query("tenant", "only those of this tenant's keys and tokens")
            .gives(200, "RequestList"));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    Optional<String> tenant = call.query("tenant").filter(name -> !name.isEmpty());
    return search
        .find(call.path("id"), RequestSight.of(call.caller(), tenant), tenant)
        .thenCompose(this::answer);
  }

  private CompletionStage<HttpResponse> answer(List<RecentRequest> found) {
    if (found.isEmpty()) {
      return Refusal.failed(
          ErrorCode.NOT_FOUND,
          "no gateway knows of a request with that id any more, or ever had one; it is the"
              + " x-request-id of the answer, and known for the last"
              + " remuda.gateway.inference.recent-requests of each gateway");
    }
    return Replies.now(Replies.json(200, Json.list(found, this::view)));
  }

  private ObjectNode view(RecentRequest request) {
    ObjectNode json = Json.object();
    json.put("id", request.id());
    json.put("key", request.key().isEmpty() ? null : request.key());
    json.put("tenant", search.tenant(request).orElse(null));
    json.put("path", request.path());
    json.put("model", request.model().isEmpty() ? null : request.model());
    json.put("outcome", request.outcome());
    json.put("endedAt", request.ended().toString());
    json.put("millis", request.millis());
    if (request.firstByteMillis() < 0) {
      json.putNull("firstByteMillis");
    } else {
      json.put("firstByteMillis", request.firstByteMillis());
    }
    json.put("queueMillis", request.queueMillis());
    json.put("instanceMillis", request.instanceMillis());
    json.put("overheadMillis", request.overheadMillis());
    ArrayNode tries = json.putArray("tries");
    for (RecentRequest.Try one : request.tries()) {
      ObjectNode shown = tries.addObject();
      shown.put("instance", one.instance());
      shown.put("atMillis", one.atMillis());
      shown.put("outcome", one.outcome());
    }
    return json;
  }
}
