package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.limit.Limits;

/**
 * How gateways share what a key or a tenant may take in a minute: one entity for each holder of
 * limits hands it out in portions, ahead of the requests.
 */
public final class AllowanceProtocol {

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Allowance");

  private AllowanceProtocol() {}

  /** What it is told. */
  public interface Command extends WireMessage {}

  /** The entity of a key's limits. */
  public static String key(String id) {
    return "key." + id;
  }

  /** The entity of a tenant's limits. */
  public static String tenant(String name) {
    return "tenant." + name;
  }

  /**
   * A gateway tells what it used and asks for more. Lost or sent twice it does no harm, since it
   * tells sums.
   *
   * @param gateway one start of a gateway
   * @param number of the question, given back with the answer
   * @param owner that answered it in the last minute; nothing where none did
   * @param limits as the gateway knows them
   */
  public record Ask(
      String gateway,
      long number,
      String owner,
      Limits limits,
      Used requests,
      Used tokens,
      ActorRef<Portion> replyTo)
      implements Command {}

  /**
   * What a gateway used of one kind.
   *
   * @param total since it started
   * @param lastMinute of its last minute, for an entity that does not know it
   * @param kept of its last portion, which it may use until it is answered
   * @param wanted so much it would have in all; what it has beyond that it gives back
   * @param least less than that is of no use to it
   */
  public record Used(long total, long lastMinute, long kept, long wanted, long least)
      implements WireMessage {}

  /**
   * What a gateway may use.
   *
   * @param owner who answers: one start of the entity
   * @param lifeMillis since it was asked for; what is not used until then is lost
   * @param gateways that use the same limits now, at least 1
   */
  public record Portion(
      long number, String owner, Part requests, Part tokens, long lifeMillis, int gateways)
      implements WireMessage {}

  /**
   * The portion of one kind.
   *
   * @param granted may be used in place of all that was granted before
   * @param left granted to nobody
   * @param roomMillis until more can be granted; 0 when it can be now
   * @param resetMillis until all that is used is a minute old
   */
  public record Part(long granted, long left, long roomMillis, long resetMillis)
      implements WireMessage {

    public static final Part NONE = new Part(0, 0, 0, 0);
  }
}
