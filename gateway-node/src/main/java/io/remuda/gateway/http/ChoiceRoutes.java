package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.routing.Seen;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * By what this gateway chooses an instance for a request: what it has seen of each of them. Read
 * from the snapshot, so no registry is asked; other gateways have seen other things.
 */
final class ChoiceRoutes {

  private final Supplier<RouteSnapshot> known;
  private final RoutingSettings settings;

  ChoiceRoutes(Supplier<RouteSnapshot> known, RoutingSettings settings) {
    this.known = known;
    this.settings = settings;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
                "GET",
                "/v1/routes",
                Need.oneOf(Scope.DEPLOY, Scope.AUDIT),
                "models",
                "The instances that take requests, and by what this gateway chooses among them",
                this::list)
            .gives(200, "RouteList"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    long now = System.nanoTime();
    List<Target> targets =
        known.get().models().stream()
            .filter(entry -> ModelName.parse(entry.name()).filter(call.caller()::sees).isPresent())
            .flatMap(ChoiceRoutes::working)
            .sorted(Comparator.comparing(Target::instance))
            .toList();
    return Replies.now(Replies.json(200, Json.list(targets, target -> view(target, now))));
  }

  /** One that a lease has a share of is everybody's too. */
  private static Stream<Target> working(ModelEntry entry) {
    return Stream.concat(
        entry.ready().stream(),
        entry.leased().stream().filter(target -> !entry.isReady(target.instance())));
  }

  private ObjectNode view(Target target, long now) {
    Seen seen = target.seen(now, settings);
    ObjectNode json = Json.object();
    json.put("model", target.instance().model().value());
    json.put("instance", target.instance().toString());
    json.put("machine", target.route().machine().value());
    json.put("inSight", known.get().isInSight(target.route().machine()));
    json.put("lease", target.route().lease().map(LeaseId::value).orElse(null));
    json.put("slots", target.route().openSlots());
    json.put("inFlight", seen.inFlight());
    json.put("others", seen.others());
    millis(json, "firstByteMillis", seen.firstByte());
    millis(json, "answerMillis", seen.whole());
    json.put("warmth", Math.round(seen.warmth() * 100) / 100.0);
    json.put("breaker", seen.breaker());
    json.put("failures", seen.failures());
    return json;
  }

  private static void millis(ObjectNode json, String name, Optional<Duration> took) {
    if (took.isPresent()) {
      json.put(name, took.get().toNanos() / 10_000 / 100.0);
    } else {
      json.putNull(name);
    }
  }
}
