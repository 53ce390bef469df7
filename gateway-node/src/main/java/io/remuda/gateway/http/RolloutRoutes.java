package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.StrictFields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** One version of a deployment in another one's place: looked at, promoted and taken back. */
final class RolloutRoutes {

  private static final Need SEE = Need.oneOf(Scope.DEPLOY, Scope.AUDIT);
  private static final Need CHANGE = Need.oneOf(Scope.DEPLOY);
  private static final int ALL = 100;

  private final FleetClient fleet;
  private final RolloutClient rollouts;

  RolloutRoutes(FleetClient fleet) {
    this.fleet = fleet;
    this.rollouts = new RolloutClient(fleet);
  }

  List<ApiRoute> endpoints() {
    String tag = "deployments";
    String one = "/v1/deployments/{name}";
    return List.of(
        ApiRoute.of("GET", one + "/rollout", SEE, tag, "Where its rollout stands", this::rollout)
            .gives(200, "Rollout"),
        ApiRoute.of(
                "POST",
                one + "/rollback",
                CHANGE,
                tag,
                "Have the version before again",
                call -> changed(call, rollouts::rollBack))
            .gives(202, "DeploymentView"),
        ApiRoute.of(
                "POST",
                one + "/promote",
                CHANGE,
                tag,
                "Let its canary take over",
                call -> changed(call, rollouts::promote))
            .gives(202, "DeploymentView"),
        ApiRoute.of(
                "PUT",
                one + "/canary",
                CHANGE,
                tag,
                "Give its canary another share of the requests",
                this::weigh)
            .takes("Canary")
            .gives(202, "DeploymentView"));
  }

  private CompletionStage<HttpResponse> rollout(Call call) {
    ModelName name = call.model("name");
    return fleet
        .get(name)
        .thenApply(view -> Replies.json(200, RolloutViews.rollout(view, call.caller())));
  }

  private static CompletionStage<HttpResponse> changed(
      Call call, Function<ModelName, CompletionStage<DeploymentView>> change) {
    return change
        .apply(call.model("name"))
        .thenApply(view -> DeploymentRoutes.answer(call.caller(), 202, view));
  }

  private CompletionStage<HttpResponse> weigh(Call call) {
    ModelName name = call.model("name");
    return call.json()
        .thenCompose(body -> rollouts.weigh(name, percentOf(body)))
        .thenApply(view -> DeploymentRoutes.answer(call.caller(), 202, view));
  }

  /** The new version's share: said alone, or beside the old one's, with which it makes up all. */
  private static int percentOf(JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", Set.of("percent", "weights"));
    OptionalInt percent = fields.integer("percent", 0, ALL);
    Optional<StrictFields> weights = fields.object("weights", Set.of("old", "new"));
    if (weights.isPresent()) {
      percent = weighed(fields, weights.get(), percent.isPresent());
    } else if (percent.isEmpty() && fields.problems().isEmpty()) {
      fields.problem("percent", "percent is missing: say how many of 100 requests the canary gets");
    }
    if (fields.hasProblems()) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          fields.problems().get(0).text(),
          fields.problems().get(0).path());
    }
    return percent.orElse(0);
  }

  private static OptionalInt weighed(StrictFields all, StrictFields weights, boolean both) {
    weights.require("old");
    weights.require("new");
    OptionalInt old = weights.integer("old", 0, ALL);
    OptionalInt next = weights.integer("new", 0, ALL);
    if (old.isPresent() && next.isPresent() && old.getAsInt() + next.getAsInt() != ALL) {
      all.problem(
          "weights",
          ("weights add up to 100, and old %d with new %d are %d; change one of the two, or say"
                  + " percent alone")
              .formatted(old.getAsInt(), next.getAsInt(), old.getAsInt() + next.getAsInt()));
    }
    if (both) {
      all.problem("weights", "weights and percent say the same: leave one of them out");
    }
    return next;
  }
}
