package io.remuda.gateway.http;

import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentView;
import java.util.concurrent.CompletionStage;

/** What operators tell a deployment's actor about its rollout. */
record RolloutClient(FleetClient fleet) {

  CompletionStage<DeploymentView> rollBack(ModelName name) {
    return fleet.deployment(name, replyTo -> new RegistryProtocol.RollBack(name, replyTo));
  }

  CompletionStage<DeploymentView> promote(ModelName name) {
    return fleet.deployment(name, replyTo -> new RegistryProtocol.Promote(name, replyTo));
  }

  CompletionStage<DeploymentView> weigh(ModelName name, int percent) {
    return fleet.deployment(
        name, replyTo -> new RegistryProtocol.SetCanary(name, percent, replyTo));
  }
}
