package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.Optional;

/**
 * What the keeper of the audit is told: who changed the fleet through a gateway, and what came of
 * it. There is one entity, {@link #ENTITY_ID}.
 */
public final class AuditProtocol {

  public static final String ENTITY_ID = "fleet";

  /** The subject of all its events; nothing else in the fleet can be called so. */
  public static final String SUBJECT = "*audit";

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Audit");

  private AuditProtocol() {}

  /** What it is told. */
  public interface Command extends WireMessage {}

  /** Write it down. Sent twice it is written twice. */
  public record Keep(Deed deed, ActorRef<Kept> replyTo) implements Command {}

  /** It is in the journal, or why not. */
  public record Kept(Optional<Refused> refused) implements WireMessage {}

  /**
   * A change that somebody asked for.
   *
   * @param requestId by which logs know it
   * @param caller id of the key that was shown; {@code local} where none is asked for
   * @param tenant whose key it was
   * @param operation method and route, such as {@code PUT /v1/deployments/{name}}
   * @param path that was asked, without its query
   * @param status that was answered
   * @param code why it was refused
   */
  public record Deed(
      String requestId,
      String caller,
      Optional<String> tenant,
      String operation,
      String path,
      int status,
      Optional<String> code)
      implements WireMessage {}
}
