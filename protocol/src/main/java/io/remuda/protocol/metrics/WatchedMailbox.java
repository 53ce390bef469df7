package io.remuda.protocol.metrics;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.NodeMessageQueue;
import akka.dispatch.ProducesMessageQueue;
import com.typesafe.config.Config;
import scala.Option;

/**
 * The mailbox of each actor that asks for no other one: unbounded, as Akka's own, and known until
 * its actor has ended, so that its length can be looked at. Nothing is counted as messages come and
 * go. Named in reference.conf.
 */
public final class WatchedMailbox implements MailboxType, ProducesMessageQueue<WatchedQueue> {

  /** What Akka calls, with the settings of the system and of the mailbox. */
  public WatchedMailbox(ActorSystem.Settings settings, Config config) {}

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    return owner.isEmpty() || system.isEmpty()
        ? new NodeMessageQueue()
        : OpenMailboxes.of(system.get()).open(owner.get());
  }
}
