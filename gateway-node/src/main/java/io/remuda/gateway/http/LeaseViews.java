package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.edge.LeaseAddress;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Leases as JSON. */
final class LeaseViews {

  private LeaseViews() {}

  /**
   * A lease as its holder sees it.
   *
   * @param gateway its address, without a path
   */
  static ObjectNode held(LeaseView lease, String gateway, Caller caller) {
    ObjectNode json = shown(lease, caller);
    if (lease.token().isPresent()) {
      json.put("token", lease.token().getAsLong());
    }
    if (lease.token().isPresent() && lease.state() == LeaseView.State.READY) {
      LeaseToken token = new LeaseToken(lease.id(), lease.token().getAsLong());
      json.put("endpoint", LeaseAddress.baseUrl(gateway, token));
    }
    return json;
  }

  /** A lease as others may see it: without what lets its holder in. */
  static ObjectNode shown(LeaseView lease, Caller caller) {
    ObjectNode json = Json.object();
    json.put("object", "lease");
    json.put("id", lease.id().value());
    json.put("state", lease.state().name());
    boolean single = lease.parts().size() == 1;
    json.put("model", single ? lease.parts().get(0).model().value() : null);
    ArrayNode models = json.putArray("models");
    lease.parts().forEach(part -> models.add(part.model().value()));
    json.putNull("token");
    json.putNull("endpoint");
    if (lease.position().isPresent()) {
      json.put("position", lease.position().getAsInt());
    } else {
      json.putNull("position");
    }
    json.put("estimateSeconds", lease.estimate().map(LeaseViews::wholeSeconds).orElse(null));
    json.put("expiresAt", lease.expiresAt().map(Instant::toString).orElse(null));
    json.put("reason", NamedModels.seen(caller, lease.reason()));
    json.put("code", lease.code().map(ErrorCode::code).orElse(null));
    json.put("exclusive", lease.exclusive());
    if (lease.exclusive()) {
      json.putNull("slots");
    } else {
      json.put("slots", lease.slots());
    }
    json.put("session", lease.session().orElse(null));
    json.put("ttlSeconds", lease.ttl().toSeconds());
    json.put("createdAt", lease.createdAt().toString());
    json.put("owner", lease.owner());
    ArrayNode instances = json.putArray("instances");
    for (LeaseView.Part part : lease.parts()) {
      instances
          .addObject()
          .put("model", part.model().value())
          .put("instance", part.instance().map(Object::toString).orElse(null));
    }
    return json;
  }

  /** Puts into {@code lease} why it is answered as a failure, as every failure says it. */
  static ObjectNode with(Refused refused, ObjectNode lease) {
    Optional<String> none = Optional.empty();
    lease.set("error", Json.read(Errors.body(refused, none)).path("error"));
    return lease;
  }

  /** Nobody comes back too early: rounded up. */
  private static long wholeSeconds(Duration span) {
    return span.plusMillis(999).toSeconds();
  }
}
