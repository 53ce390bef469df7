package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.AliasView;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Asks the registry of aliases, each of the owner of its name. */
final class AliasClient {

  private final RegistryLink link;

  AliasClient(FleetClient fleet) {
    this.link = fleet.link();
  }

  CompletionStage<AliasView> set(ModelName name, ModelName target, Optional<Long> ifMatch) {
    return once(name, replyTo -> new RegistryProtocol.SetAlias(name, target, ifMatch, replyTo));
  }

  CompletionStage<AliasView> remove(ModelName name) {
    return once(name, replyTo -> new RegistryProtocol.RemoveAlias(name, replyTo));
  }

  CompletionStage<AliasView> get(ModelName name) {
    return link.<RegistryProtocol.Command, AliasReply>again(
            RegistryProtocol.TYPE_KEY,
            name.value(),
            replyTo -> new RegistryProtocol.GetAlias(name, replyTo))
        .thenApply(AliasClient::present);
  }

  /** What may do harm when it is heard twice. */
  private CompletionStage<AliasView> once(
      ModelName name, Function<ActorRef<AliasReply>, RegistryProtocol.Command> message) {
    return link.once(RegistryProtocol.TYPE_KEY, name.value(), message)
        .thenApply(AliasClient::present);
  }

  private static AliasView present(AliasReply reply) {
    return RegistryLink.present(reply.alias(), reply.refused());
  }
}
