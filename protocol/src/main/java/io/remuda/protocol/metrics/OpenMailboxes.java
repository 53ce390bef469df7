package io.remuda.protocol.metrics;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The mailboxes of those actors of one system that have not ended. */
final class OpenMailboxes implements Extension {

  /** A mailbox at one moment. */
  record Line(ActorRef actor, int messages) {}

  private static final Id ID = new Id();

  private final Set<WatchedQueue> open = ConcurrentHashMap.newKeySet();

  private OpenMailboxes() {}

  static OpenMailboxes of(ActorSystem system) {
    return ID.get(system);
  }

  WatchedQueue open(ActorRef actor) {
    WatchedQueue queue = new WatchedQueue(this, actor);
    open.add(queue);
    return queue;
  }

  void close(WatchedQueue queue) {
    open.remove(queue);
  }

  /** The longest one now; empty when nobody has a message. */
  Optional<Line> longest() {
    Optional<Line> longest = Optional.empty();
    int most = 0;
    for (WatchedQueue queue : open) {
      int messages = queue.numberOfMessages();
      if (messages > most) {
        most = messages;
        longest = Optional.of(new Line(queue.actor(), messages));
      }
    }
    return longest;
  }

  /** Whether that actor's mailbox is one of them. */
  boolean has(ActorRef actor) {
    return open.stream().anyMatch(queue -> queue.actor().equals(actor));
  }

  private static final class Id extends AbstractExtensionId<OpenMailboxes> {
    @Override
    public OpenMailboxes createExtension(ExtendedActorSystem system) {
      return new OpenMailboxes();
    }
  }
}
