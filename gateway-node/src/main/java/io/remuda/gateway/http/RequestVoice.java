package io.remuda.gateway.http;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import io.remuda.gateway.edge.RecentRequests;
import io.remuda.protocol.RequestProtocol;
import io.remuda.protocol.RequestProtocol.Command;
import io.remuda.protocol.RequestProtocol.Find;
import io.remuda.protocol.RequestProtocol.Found;

/** Tells other gateways what became of this one's requests. */
public final class RequestVoice {

  private RequestVoice() {}

  /** To be spawned in each cluster system. */
  public static Behavior<Command> create(RecentRequests recent) {
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
                    find.replyTo().tell(new Found(recent.find(find.id())));
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
