package io.remuda.gateway.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether the gateway lives and whether it can serve. A registry that is away makes it no less
 * ready: it serves on with the routes that it has.
 */
final class HealthRoutes {

  private final Supplier<RouteSnapshot> known;
  private final BooleanSupplier registry;
  private final BooleanSupplier stopping;
  private final Supplier<String> metrics;

  HealthRoutes(
      Supplier<RouteSnapshot> known,
      BooleanSupplier registry,
      BooleanSupplier stopping,
      Supplier<String> metrics) {
    this.known = known;
    this.registry = registry;
    this.stopping = stopping;
    this.metrics = metrics;
  }

  List<ApiRoute> endpoints() {
    String tag = "health";
    return List.of(
        ApiRoute.of("GET", "/health", Need.NOTHING, tag, "Whether it is well", this::ready)
            .gives(200, "Health"),
        ApiRoute.of("GET", "/health/live", Need.NOTHING, tag, "Whether it lives", this::live)
            .gives(200, "Health"),
        ApiRoute.of("GET", "/health/ready", Need.NOTHING, tag, "Whether it can serve", this::ready)
            .gives(200, "Health"),
        ApiRoute.of(
            "GET",
            "/metrics",
            Need.oneOf(Scope.AUDIT),
            tag,
            "Metrics in Prometheus' text format",
            this::metrics));
  }

  private CompletionStage<HttpResponse> live(Call call) {
    return Replies.now(Replies.json(200, Json.object().put("status", "ok")));
  }

  private CompletionStage<HttpResponse> ready(Call call) {
    RouteSnapshot snapshot = known.get();
    boolean ends = stopping.getAsBoolean();
    boolean serves = !snapshot.isCold() && !ends;
    ObjectNode json = Json.object();
    json.put("status", serves ? "ok" : ends ? "stopping" : "starting");
    ObjectNode checks = json.putObject("checks");
    checks.put("routes", snapshot.isCold() ? "nothing heard of the fleet yet" : "ok");
    checks.put("registry", registry.getAsBoolean() ? "ok" : "not in sight");
    json.put("models", snapshot.models().stream().filter(entry -> entry.readyCount() > 0).count());
    return Replies.now(Replies.json(serves ? 200 : 503, json));
  }

  private CompletionStage<HttpResponse> metrics(Call call) {
    ContentType type = ContentTypes.parse("text/plain; version=0.0.4; charset=utf-8");
    return Replies.now(Replies.bytes(type, metrics.get().getBytes(StandardCharsets.UTF_8)));
  }
}
