package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import java.util.List;
import java.util.Optional;

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
   * @param viewer for whom; empty: an earlier version's gateway, which looks itself at what comes
   */
  public record Find(String id, ActorRef<Found> replyTo, Optional<Viewer> viewer)
      implements Command {
    public Find {
      viewer = Absent.orEmpty(viewer);
    }
  }

  /**
   * Who may be told of which requests. Of one id the newest few are told, and others' must not take
   * the place of theirs.
   *
   * @param key whose own they may always be told of
   * @param audits whether of others', too
   * @param models of those others', as an allow-list's words; empty: all
   * @param tenant of whose keys these are then; empty: of any
   */
  public record Viewer(String key, boolean audits, List<String> models, Optional<String> tenant)
      implements WireMessage {
    public Viewer {
      models = Absent.orEmpty(models);
      tenant = Absent.orEmpty(tenant);
    }
  }

  /** Those of that id that the gateway had, the newest first; none where it knows of none. */
  public record Found(List<RecentRequest> requests) implements WireMessage {
    public Found {
      requests = List.copyOf(requests);
    }
  }
}
