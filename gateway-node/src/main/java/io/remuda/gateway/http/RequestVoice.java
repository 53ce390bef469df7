package io.remuda.gateway.http;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.RequestProtocol;
import io.remuda.protocol.RequestProtocol.Command;
import io.remuda.protocol.RequestProtocol.Find;
import io.remuda.protocol.RequestProtocol.Found;
import io.remuda.protocol.id.KeyId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tells other gateways what became of this one's requests. */
public final class RequestVoice {

  private RequestVoice() {}

  /**
   * To be spawned in each cluster system.
   *
   * @param keys whose requests are
   */
  public static Behavior<Command> create(
      RecentRequests recent, Function<KeyId, Optional<ApiKey>> keys) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.register(RequestProtocol.KEY, context.getSelf()));
          return Behaviors.receive(Command.class)
              .onMessage(
                  Find.class,
                  find -> {
                    List<RecentRequest> told =
                        recent.find(
                            find.id(),
                            request ->
                                find.viewer()
                                    .map(viewer -> RequestSight.sees(viewer, request, keys))
                                    .orElse(true));
                    find.replyTo().tell(new Found(told));
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
