package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.RolloutView;

/** Rollouts in JSON. */
final class RolloutViews {

  private RolloutViews() {}

  /** Where the rollout of {@code view} stands; of none, that there is none. */
  static ObjectNode rollout(DeploymentView view, Caller caller) {
    ObjectNode json = Json.object();
    json.put("name", view.name().value());
    json.put("version", view.version());
    json.put("strategy", view.spec().policies().rollout().strategy().word());
    view.rollout()
        .ifPresentOrElse(
            rollout -> fill(json, rollout, caller),
            () -> {
              json.put("stage", "NONE");
              json.putNull("from");
              json.putNull("to");
              json.put("wanted", view.spec().replicas());
              json.putObject("ready").put("from", 0).put("to", view.ready());
              json.putNull("begunAt");
              json.putNull("reason");
              json.putNull("code");
              json.putNull("canaryPercent");
              json.putNull("gapSeconds");
            });
    return json;
  }

  private static void fill(ObjectNode json, RolloutView rollout, Caller caller) {
    json.put("stage", rollout.stage().name());
    json.put("from", rollout.from());
    json.put("to", rollout.to());
    json.put("wanted", rollout.wanted());
    json.putObject("ready").put("from", rollout.readyFrom()).put("to", rollout.readyTo());
    json.put("begunAt", rollout.begun().toString());
    json.put("reason", NamedModels.seen(caller, rollout.reason()));
    json.put("code", rollout.code().map(ErrorCode::code).orElse(null));
    if (rollout.canary().isPresent()) {
      json.put("canaryPercent", rollout.canary().getAsInt());
    } else {
      json.putNull("canaryPercent");
    }
    json.put("gapSeconds", rollout.gap().map(gap -> gap.toMillis() / 1e3).orElse(null));
  }
}
