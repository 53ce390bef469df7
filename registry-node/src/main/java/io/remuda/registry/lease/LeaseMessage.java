package io.remuda.registry.lease;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.ClaimReply;
import java.util.Optional;

/** What a lease hears besides {@link LeaseProtocol}. */
public sealed interface LeaseMessage extends LeaseProtocol.Command {

  /** The journal holds events of the lease up to this number; sent between registry nodes too. */
  record Written(LeaseId id, long sequence) implements LeaseMessage {}

  /**
   * A name's owner, which does not hear the lease, asks whether it wants the instance that it was
   * granted, or the deployment that it has brought; sent between registry nodes too.
   *
   * @param number under which it was granted; 0 when it has none and has brought the deployment
   */
  record StillWanted(LeaseId id, ModelName model, long number) implements LeaseMessage {}

  /** A name's owner says what the lease has of it. */
  record Told(ClaimReply reply) implements LeaseMessage {}

  /** A machine says whether it holds an instance. */
  record Held(NodeProtocol.HoldReply reply) implements LeaseMessage {}

  /** What came of something about its own deployment; no reply when none came in time. */
  record OwnAnswered(LeaseOrder.Own asked, Optional<RegistryProtocol.Reply> reply)
      implements LeaseMessage {}

  /** Whoever asked has been kept waiting for long enough. */
  record Waited(ActorRef<LeaseProtocol.Reply> caller) implements LeaseMessage {}

  /** Look at the time. */
  enum Look implements LeaseMessage {
    /** And say all again. */
    REPEAT,
    /** The time to live may be over. */
    DEADLINE
  }

  /** What of {@code command} is for the next owner of the lease: all that somebody sent it. */
  static Optional<LeaseProtocol.Command> onward(LeaseProtocol.Command command) {
    return command instanceof LeaseMessage ? Optional.empty() : Optional.of(command);
  }
}
