package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.Explanation;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.ScaleView;
import io.remuda.protocol.model.SpecJson;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The fleet in JSON, under the names that users rely on. What is not known is null, never left out,
 * so that a table's columns are always there.
 */
final class Views {

  private Views() {}

  /** A line of the catalog, as the caller may read it. */
  static ObjectNode listing(Listing listing, Caller caller) {
    ObjectNode json = Json.object();
    json.put("name", listing.name().value());
    json.put("phase", listing.phase().name());
    json.put("replicas", listing.replicas());
    json.put("ready", listing.ready());
    json.put("reason", NamedModels.seen(caller, listing.reason()));
    json.put("engine", listing.engine());
    json.put("model", listing.model().orElse(null));
    json.put("version", listing.specVersion());
    json.put("createdAt", listing.createdAt().toString());
    json.put("selfRegistered", listing.selfRegistered());
    return json;
  }

  /** A deployment; of the models that it names those that the caller may see. */
  static ObjectNode deployment(DeploymentView view, Caller caller) {
    ObjectNode json = Json.object();
    json.put("name", view.name().value());
    json.put("phase", view.phase().name());
    json.put("replicas", view.scaled().map(ScaleView::target).orElse(view.spec().replicas()));
    json.put("ready", view.ready());
    json.put("reason", NamedModels.seen(caller, view.reason()));
    json.put("engine", view.spec().engine());
    json.put("model", view.spec().model().orElse(null));
    json.put("version", view.version());
    json.put("createdAt", view.createdAt().toString());
    json.put("selfRegistered", view.selfRegistered());
    json.set("spec", SpecJson.write(NamedModels.seen(caller, view.spec())));
    json.set(
        "rollout", view.rollout().map(rollout -> RolloutViews.rollout(view, caller)).orElse(null));
    json.set("scaled", view.scaled().map(scaled -> scaled(scaled, caller)).orElse(null));
    ArrayNode instances = json.putArray("instances");
    view.instances().forEach(instance -> instances.add(instance(instance, caller)));
    ObjectNode links = json.putObject("links");
    String self = "/v1/deployments/" + view.name();
    links.put("status", self);
    links.put("events", self + "/events");
    links.put("why", self + "/why");
    links.put("logs", self + "/logs");
    return json;
  }

  static ObjectNode instance(InstanceView view, Caller caller) {
    ObjectNode json = Json.object();
    json.put("model", view.model().value());
    json.put("instance", view.instance().toString());
    json.put("machine", view.machine().value());
    json.put("engine", view.engine());
    json.put("phase", view.phase().name());
    view.pid().ifPresentOrElse(pid -> json.put("pid", pid), () -> json.putNull("pid"));
    view.port().ifPresentOrElse(port -> json.put("port", port), () -> json.putNull("port"));
    json.put("inFlight", view.inFlight());
    json.put("queued", view.queued());
    json.put("slots", view.slots());
    json.put("restarts", view.restarts());
    json.put("reason", NamedModels.seen(caller, view.reason()));
    view.progress()
        .ifPresentOrElse(done -> json.put("progress", done), () -> json.putNull("progress"));
    json.set("loading", view.loading().map(Views::loading).orElse(null));
    json.set("resources", SpecJson.write(view.claim()));
    json.set("tasks", view.tasks().map(Views::tasks).orElse(null));
    json.set("trouble", view.trouble().map(TroubleViews::trouble).orElse(null));
    return json;
  }

  /** How far an engine that comes up is with its model. */
  private static ObjectNode loading(Loading loading) {
    ObjectNode json = Json.object();
    boolean seen = loading.bytes() > 0;
    json.put("bytesRead", seen ? loading.bytesRead() : null);
    json.put("bytes", seen ? loading.bytes() : null);
    json.put("leftSeconds", loading.left().map(Duration::toSeconds).orElse(null));
    return json;
  }

  /** Whether an instance takes durable tasks, and why not. */
  private static ObjectNode tasks(TaskFacet facet) {
    ObjectNode json = Json.object();
    json.put("taking", facet.taking());
    json.put("reason", facet.reason().orElse(null));
    return json;
  }

  /**
   * How many of a model's ready instances take durable tasks, and what the first of the others says
   * of it; empty for a model that has none. Synchronous calls go on either way.
   */
  static Optional<ObjectNode> tasks(List<Route> routes) {
    List<TaskFacet> facets =
        routes.stream()
            .filter(route -> route.phase() == Phase.READY)
            .flatMap(route -> route.tasks().stream())
            .toList();
    if (facets.isEmpty()) {
      return Optional.empty();
    }
    long taking = facets.stream().filter(TaskFacet::taking).count();
    ObjectNode json = Json.object();
    json.put("taking", taking);
    json.put("off", facets.size() - taking);
    json.put(
        "reason",
        facets.stream().flatMap(facet -> facet.reason().stream()).findFirst().orElse(null));
    return Optional.of(json);
  }

  static ObjectNode explanation(Explanation explanation, Caller caller) {
    ObjectNode json = Json.object();
    json.put("name", explanation.name().value());
    json.put("phase", explanation.phase().name());
    json.put("reason", NamedModels.seen(caller, explanation.reason()));
    json.put("missing", explanation.missing());
    json.set("scaled", explanation.scaled().map(scaled -> scaled(scaled, caller)).orElse(null));
    ArrayNode placed = json.putArray("instances");
    explanation.placed().forEach(one -> placed.add(placed(one, caller)));
    ArrayNode verdicts = json.putArray("verdicts");
    explanation.verdicts().forEach(verdict -> verdicts.add(verdict(verdict, caller)));
    ArrayNode history = json.putArray("history");
    explanation.history().forEach(event -> history.add(event(event, caller)));
    return json;
  }

  /** What a deployment that scales by itself gives itself now. */
  private static ObjectNode scaled(ScaleView view, Caller caller) {
    ObjectNode json = Json.object();
    json.put("target", view.target());
    json.put("reason", NamedModels.seen(caller, view.reason()));
    return json;
  }

  private static ObjectNode placed(Explanation.Placed placed, Caller caller) {
    ObjectNode json = instance(placed.instance(), caller);
    json.put("placedAt", placed.at().toString());
    json.put("because", NamedModels.seen(caller, placed.because()));
    weighed(json, placed.weighed(), caller);
    return json;
  }

  private static void weighed(ObjectNode json, List<Verdict> verdicts, Caller caller) {
    ArrayNode weighed = json.putArray("weighed");
    verdicts.forEach(verdict -> weighed.add(verdict(verdict, caller)));
  }

  /** A line of the story, as the caller may read it. */
  static ObjectNode event(EventView event, Caller caller) {
    ObjectNode json = Json.object();
    json.put("id", event.offset());
    json.put("at", event.at().toString());
    json.put("kind", event.kind());
    json.put("subject", event.subject());
    json.put("text", NamedModels.seen(caller, event.text()));
    ObjectNode details = json.putObject("details");
    event
        .details()
        .forEach((key, value) -> details.put(key, NamedModels.detail(caller, event, key, value)));
    weighed(json, event.weighed(), caller);
    return json;
  }

  /** A key without its hash, which nobody outside has a use for. */
  static ObjectNode key(ApiKey key, Instant now) {
    ObjectNode json = Json.object();
    json.put("id", key.id().value());
    json.put("label", key.label());
    ArrayNode scopes = json.putArray("scopes");
    key.scopes().forEach(scope -> scopes.add(scope.name().toLowerCase(Locale.ROOT)));
    ArrayNode models = json.putArray("models");
    key.allowed().words().forEach(models::add);
    json.put("tenant", key.tenant().orElse(null));
    json.put("createdAt", key.createdAt().toString());
    json.put("expiresAt", key.expiresAt().map(Instant::toString).orElse(null));
    json.put("revoked", key.revoked());
    json.put("expired", key.expiresAt().map(end -> !now.isBefore(end)).orElse(false));
    ArrayNode old = json.putArray("oldSecretsUntil");
    key.goodBeside(now).forEach(replaced -> old.add(replaced.until().toString()));
    json.set("limits", LimitWish.view(key.limits()));
    return json;
  }

  /** What is said of a machine, as the caller may read it. */
  static ObjectNode verdict(Verdict verdict, Caller caller) {
    ObjectNode json = Json.object();
    json.put("machine", verdict.machine().value());
    json.put("fits", verdict.fits());
    json.put("everFits", verdict.everFits());
    json.put("predicate", verdict.predicate());
    json.put("text", NamedModels.seen(caller, verdict.text()));
    return json;
  }
}
