package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.SpecJson;
import io.remuda.protocol.model.StrictFields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Deployments: declared, changed, looked at and removed. The list comes from the snapshot and is
 * there without a registry; all else is asked of the deployment's own actor.
 */
final class DeploymentRoutes {

  /** What {@link LogRoutes} asks for too: instances are shown with lines of their engines. */
  static final Need SEE = LogRoutes.NEED;

  private static final Need CHANGE = Need.oneOf(Scope.DEPLOY);

  private final FleetClient fleet;
  private final Supplier<RouteSnapshot> known;
  private final Settling settling;
  private final ApiSettings settings;

  DeploymentRoutes(
      FleetClient fleet,
      Supplier<RouteSnapshot> known,
      Settling.Pause pause,
      ApiSettings settings) {
    this.fleet = fleet;
    this.known = known;
    this.settling = new Settling(fleet::get, known, pause);
    this.settings = settings;
  }

  List<ApiRoute> endpoints() {
    String tag = "deployments";
    String one = "/v1/deployments/{name}";
    return List.of(
        ApiRoute.of("GET", "/v1/deployments", SEE, tag, "All deployments", this::list)
            .gives(200, "DeploymentList"),
        ApiRoute.of("PUT", one, CHANGE, tag, "Declare or change a deployment", this::put)
            .query(
                "wait", "answer when it is ready or cannot be, at the latest after so many seconds")
            .query(
                "evolve",
                "true: take another schema too where it only adds optional fields or enum values")
            .query(ApiRoute.DRY_RUN, "true: change nothing, answer with what it would come to")
            .takes("Deployment")
            .gives(202, "DeploymentView"),
        ApiRoute.of("GET", one, SEE, tag, "One deployment with its instances", this::get)
            .gives(200, "DeploymentView"),
        ApiRoute.of("PATCH", one, CHANGE, tag, "Change the number of replicas", this::scale)
            .takes("Scale")
            .gives(202, "DeploymentView"),
        ApiRoute.of(
                "POST", one + "/scale", CHANGE, tag, "Change the number of replicas", this::scale)
            .takes("Scale")
            .gives(202, "DeploymentView"),
        ApiRoute.of("DELETE", one, CHANGE, tag, "Remove a deployment", this::remove)
            .gives(202, "DeploymentView"),
        ApiRoute.of("GET", one + "/why", SEE, tag, "Why it stands where it stands", this::why)
            .gives(200, "Explanation"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    List<Listing> seen =
        known.get().listings().stream()
            .filter(listing -> call.caller().sees(listing.name()))
            .toList();
    return Replies.now(
        Replies.json(200, Json.list(seen, one -> Views.listing(one, call.caller()))));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    ModelName name = call.model("name");
    return fleet.get(name).thenApply(view -> answer(call.caller(), 200, view));
  }

  private CompletionStage<HttpResponse> put(Call call) {
    ModelName name = call.declared("name");
    Optional<String> ifMatch = call.header("if-match");
    boolean evolve = call.flag("evolve");
    if (call.flag(ApiRoute.DRY_RUN)) {
      return foresee(call, name, ifMatch, evolve);
    }
    long wait = call.number("wait", 0, 0, settings.waitLimit().toSeconds());
    return call.json()
        .thenCompose(
            body -> {
              ModelSpec spec = specOf(call.caller(), body, name);
              return replacing(call.caller(), spec)
                  .thenCompose(mine -> version(name, ifMatch))
                  .thenCompose(version -> fleet.deploy(spec, version, evolve));
            })
        .thenCompose(view -> settling.await(view, Duration.ofSeconds(wait)))
        .thenApply(
            view ->
                Replies.with(
                    answer(call.caller(), 202, view),
                    "Location",
                    "/v1/deployments/" + view.name()));
  }

  private CompletionStage<HttpResponse> foresee(
      Call call, ModelName name, Optional<String> ifMatch, boolean evolve) {
    return call.json()
        .thenCompose(
            body -> {
              ModelSpec spec = specOf(call.caller(), body, name);
              return replacing(call.caller(), spec)
                  .thenCompose(mine -> version(name, ifMatch))
                  .thenCompose(version -> fleet.foresee(spec, version, evolve));
            })
        .thenApply(forecast -> Replies.json(200, ForecastViews.forecast(forecast, call.caller())));
  }

  private CompletionStage<HttpResponse> scale(Call call) {
    ModelName name = call.model("name");
    return call.json()
        .thenCompose(body -> fleet.scale(name, replicasOf(body)))
        .thenApply(view -> answer(call.caller(), 202, view));
  }

  private CompletionStage<HttpResponse> remove(Call call) {
    ModelName name = call.model("name");
    return fleet.remove(name).thenApply(view -> answer(call.caller(), 202, view));
  }

  private CompletionStage<HttpResponse> why(Call call) {
    ModelName name = call.model("name");
    return fleet
        .explain(name)
        .thenApply(
            why -> {
              ObjectNode json = Views.explanation(why, call.caller());
              json.set("relief", ReliefViews.of(known.get(), name, call.caller()::sees));
              return Replies.json(200, json);
            });
  }

  private static ModelSpec specOf(Caller caller, JsonNode body, ModelName name) {
    SpecJson.Parsed parsed = SpecJson.parse(body, Optional.of(name));
    ModelSpec spec =
        parsed
            .spec()
            .orElseThrow(
                () -> {
                  Refused refused = parsed.refused();
                  return Refusal.of(
                      refused.code(), refused.message(), parsed.problems().get(0).path());
                });
    NamedModels.refuseHidden(caller, spec, "needs");
    return spec;
  }

  /** {@code spec}, unless what stands in its place names what the caller may not see. */
  private CompletionStage<ModelSpec> replacing(Caller caller, ModelSpec spec) {
    if (caller.seesAll()) {
      return CompletableFuture.completedStage(spec);
    }
    return fleet
        .get(spec.name())
        .handle(
            (stands, failure) -> {
              if (failure == null) {
                NamedModels.refuseReplacing(caller, stands.spec());
              } else if (!isUnknown(failure)) {
                throw new CompletionException(Refusal.causeOf(failure));
              }
              return spec;
            });
  }

  private static boolean isUnknown(Throwable failure) {
    return Refusal.causeOf(failure) instanceof Refusal refusal
        && refusal.refused().code() == ErrorCode.MODEL_NOT_FOUND;
  }

  private static int replicasOf(JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", Set.of("replicas"));
    OptionalInt replicas = fields.integer("replicas", 0, ModelSpec.MAX_REPLICAS);
    if (replicas.isEmpty() && fields.problems().isEmpty()) {
      fields.problem("replicas", "replicas is missing: say how many instances are wanted");
    }
    if (fields.hasProblems()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          fields.problems().get(0).text(),
          fields.problems().get(0).path());
    }
    return replicas.orElse(0);
  }

  /** The version that If-Match names; {@code *} is whatever there is now. */
  private CompletionStage<Optional<Long>> version(ModelName name, Optional<String> ifMatch) {
    if (ifMatch.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    String raw = ifMatch.get().trim();
    if (raw.equals("*")) {
      return fleet.get(name).thenApply(view -> Optional.of(view.version()));
    }
    String digits = raw.startsWith("W/") ? raw.substring(2) : raw;
    if (digits.length() > 2 && digits.startsWith("\"") && digits.endsWith("\"")) {
      digits = digits.substring(1, digits.length() - 1);
    }
    if (!digits.matches("[0-9]{1,18}")) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "If-Match names a version as the ETag of 'GET /v1/deployments/" + name + "' shows it");
    }
    return CompletableFuture.completedStage(Optional.of(Long.parseLong(digits)));
  }

  static HttpResponse answer(Caller caller, int status, DeploymentView view) {
    ObjectNode json = Views.deployment(view, caller);
    HttpResponse response = Replies.json(status, json);
    return view.phase() == DeploymentPhase.ENDED
        ? response
        : Replies.with(response, "ETag", "\"" + view.version() + "\"");
  }
}
