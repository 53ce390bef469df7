package io.remuda.protocol.metrics;

import akka.actor.ActorRef;
import akka.dispatch.Envelope;
import akka.dispatch.MessageQueue;
import akka.dispatch.NodeMessageQueue;
import akka.dispatch.UnboundedMessageQueueSemantics;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one actor, which one consumer takes out; any thread may ask how many there are.
 */
final class WatchedQueue implements MessageQueue, UnboundedMessageQueueSemantics {

  private final NodeMessageQueue messages = new NodeMessageQueue();
  private final OpenMailboxes open;
  private final ActorRef actor;

  WatchedQueue(OpenMailboxes open, ActorRef actor) {
    this.open = open;
    this.actor = actor;
  }

  ActorRef actor() {
    return actor;
  }

  @Override
  public void enqueue(ActorRef receiver, Envelope message) {
    messages.enqueue(receiver, message);
  }

  @Override
  public @Nullable Envelope dequeue() {
    return messages.dequeue();
  }

  /** Goes through all of them: for a look once in a while. */
  @Override
  public int numberOfMessages() {
    return messages.numberOfMessages();
  }

  @Override
  public boolean hasMessages() {
    return messages.hasMessages();
  }

  @Override
  public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
    open.close(this);
    messages.cleanUp(owner, deadLetters);
  }
}
