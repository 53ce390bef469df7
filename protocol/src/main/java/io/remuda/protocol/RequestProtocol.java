package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.List;

/** What became of a request, as gateways ask one another. */
public final class RequestProtocol {

  /** Under this key each gateway's word on its own requests is found. */
  public static final ServiceKey<Command> KEY =
      ServiceKey.create(Command.class, "remuda-gateway-requests");

  private RequestProtocol() {}

  /** What a gateway is asked. */
  public interface Command extends WireMessage {}

  /**
   * @param id {@code x-request-id} of an answer
   */
  public record Find(String id, ActorRef<Found> replyTo) implements Command {}

  /** Those of that id that the gateway had, the newest first; none where it knows of none. */
  public record Found(List<RecentRequest> requests) implements WireMessage {
    public Found {
      requests = List.copyOf(requests);
    }
  }
}
