package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Lines;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks the registry for portions of limits, hands in what was used, and reads it, by way of the
 * {@link FleetClient}: as bounded, and with the same refusal while no registry is in sight.
 */
public final class UsageClient implements UsageVoice.Registry {

  private final RegistryLink link;

  public UsageClient(FleetClient fleet) {
    this.link = fleet.link();
  }

  @Override
  public CompletionStage<Portion> allowance(
      String holder, Function<ActorRef<Portion>, Ask> question) {
    return link.once(AllowanceProtocol.TYPE_KEY, holder, question);
  }

  @Override
  public CompletionStage<HandedIn> handIn(Function<ActorRef<HandedIn>, HandIn> part) {
    return link.once(UsageProtocol.TYPE_KEY, UsageProtocol.ENTITY_ID, part);
  }

  CompletionStage<Lines> read(Function<ActorRef<Lines>, UsageProtocol.Read> question) {
    return link.<UsageProtocol.Command, Lines>again(
            UsageProtocol.TYPE_KEY, UsageProtocol.ENTITY_ID, question)
        .thenApply(lines -> RegistryLink.present(Optional.of(lines), lines.refused()));
  }
}
