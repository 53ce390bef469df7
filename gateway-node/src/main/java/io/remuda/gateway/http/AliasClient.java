package io.remuda.gateway.http;

import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.AliasView;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Asks the registry of aliases, each of the owner of its name. */
final class AliasClient {

  private final FleetClient fleet;

  AliasClient(FleetClient fleet) {
    this.fleet = fleet;
  }

  CompletionStage<AliasView> set(ModelName name, ModelName target, Optional<Long> ifMatch) {
    return fleet
        .<AliasReply>owner(
            name, replyTo -> new RegistryProtocol.SetAlias(name, target, ifMatch, replyTo))
        .thenApply(AliasClient::present);
  }

  CompletionStage<AliasView> remove(ModelName name) {
    return fleet
        .<AliasReply>owner(name, replyTo -> new RegistryProtocol.RemoveAlias(name, replyTo))
        .thenApply(AliasClient::present);
  }

  CompletionStage<AliasView> get(ModelName name) {
    return fleet
        .<AliasReply>ownerAgain(name, replyTo -> new RegistryProtocol.GetAlias(name, replyTo))
        .thenApply(AliasClient::present);
  }

  private static AliasView present(AliasReply reply) {
    return FleetClient.present(reply.alias(), reply.refused());
  }
}
