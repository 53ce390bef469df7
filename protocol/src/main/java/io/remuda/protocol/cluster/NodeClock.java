package io.remuda.protocol.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.remuda.protocol.WireMessage;
import java.time.InstantSource;

/**
 * Says what a node's wall clock shows: one in each node, so that one that is far off is noticed.
 * Nothing is decided by it.
 */
public final class NodeClock {

  /** Under this key the clock of each node is found. */
  public static final ServiceKey<Ask> KEY = ServiceKey.create(Ask.class, "remuda-node-clock");

  private NodeClock() {}

  public record Ask(ActorRef<Told> replyTo) implements WireMessage {}

  /**
   * What it showed when it was asked.
   *
   * @param epochMillis milliseconds since 1970-01-01T00:00Z
   */
  public record Told(long epochMillis) implements WireMessage {}

  /** Starts the one of this node. */
  static void start(ActorSystem<?> system) {
    ActorRef<Ask> unused =
        system.systemActorOf(create(InstantSource.system()), "node-clock", Props.empty());
  }

  /** One that shows the time of {@code wall}. */
  public static Behavior<Ask> create(InstantSource wall) {
    return Behaviors.setup(
        context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.receiveMessage(
              ask -> {
                ask.replyTo().tell(new Told(wall.millis()));
                return Behaviors.same();
              });
        });
  }
}
