package io.remuda.deploy.simulation;

import akka.actor.ActorPath;
import akka.actor.Address;
import akka.actor.RootActorPath;
import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Where a part of the simulation is told something, in the shape that the product's messages carry.
 * Two refs are the same only when they are one object, as with two lives of an actor.
 */
public final class SimulatedRef<T> implements ActorRef<T> {

  private static final long serialVersionUID = 1L;
  private static final int PORT = 1;

  private final transient BiConsumer<String, T> to;
  private final String name;
  private final String node;
  private transient Optional<ActorPath> path = Optional.empty();

  /**
   * @param node whose it is
   * @param to takes the name of a message and the message
   */
  public SimulatedRef(String node, String name, BiConsumer<String, T> to) {
    this.to = to;
    this.name = name;
    this.node = node;
  }

  @Override
  public void tell(T message) {
    to.accept(name, message);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <U extends T> ActorRef<U> narrow() {
    return (ActorRef<U>) this;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <U> ActorRef<U> unsafeUpcast() {
    return (ActorRef<U>) this;
  }

  @Override
  public ActorPath path() {
    if (path.isEmpty()) {
      path =
          Optional.of(
              new RootActorPath(new Address("akka", "simulation", node, PORT), "/").child(name));
    }
    return path.get();
  }

  @Override
  public int compareTo(ActorRef<?> other) {
    return path().compareTo(other.path());
  }

  @Override
  public String toString() {
    return path().toString();
  }
}
