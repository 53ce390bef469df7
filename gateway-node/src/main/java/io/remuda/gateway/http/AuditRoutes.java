package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.EventView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Who changed the fleet: pages of what {@link AuditTrail} had written down on all gateways. */
final class AuditRoutes {

  private static final Need NEED = Need.oneOf(Scope.AUDIT);
  private static final int PAGE = 200;

  private final FleetClient fleet;

  AuditRoutes(FleetClient fleet) {
    this.fleet = fleet;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
                "GET", "/v1/audit", NEED, "events", "Who changed the fleet, and when", this::get)
            .query("after", "what came after this id, oldest first, 0 for all; else the newest")
            .query("limit", "at most so many in a page, 1 to 1000; 200 when left out")
            .gives(200, "AuditList"));
  }

  /** Whether {@code caller} may be told of an event, where it is one of these. */
  static boolean sees(Caller caller, EventView event) {
    return !event.subject().equals(AuditProtocol.SUBJECT)
        || (caller.may(NEED)
            && caller.seesAll()
            && (caller.tenant().isEmpty()
                || caller.tenant().equals(Optional.ofNullable(event.details().get("tenant")))));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    if (!call.caller().seesAll()) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          "the audit tells of all models, and "
              + call.caller().title()
              + " is for some; use a key for all of them");
    }
    long after = call.number("after", 0, 0, Long.MAX_VALUE);
    int limit = (int) call.number("limit", PAGE, 1, 1_000);
    Optional<String> subject = Optional.of(AuditProtocol.SUBJECT);
    boolean newest = call.query("after").isEmpty();
    return (newest
            ? fleet.newestEvents(limit, subject)
            : fleet.events(after, limit, subject, Duration.ZERO))
        .thenApply(
            events -> {
              ObjectNode json =
                  Json.list(
                      events.stream().filter(event -> sees(call.caller(), event)).toList(),
                      AuditRoutes::view);
              json.put("last", events.isEmpty() ? after : events.get(events.size() - 1).offset());
              // A page is also full when it is as large as a message may be.
              json.put("has_more", !newest && !events.isEmpty());
              return Replies.json(200, json);
            });
  }

  private static ObjectNode view(EventView event) {
    Map<String, String> details = event.details();
    ObjectNode json = Json.object();
    json.put("id", event.offset());
    json.put("at", event.at().toString());
    json.put("caller", details.get("caller"));
    json.put("tenant", details.get("tenant"));
    json.put("operation", details.get("operation"));
    json.put("path", details.get("path"));
    String status = details.get("status");
    json.put("status", status == null ? null : Integer.valueOf(status));
    json.put("code", details.get("code"));
    json.put("requestId", details.get("requestId"));
    return json;
  }
}
