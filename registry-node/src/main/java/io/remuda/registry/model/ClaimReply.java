package io.remuda.registry.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.Refused;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Optional;

/** What a name's owner tells a lease of its claim; said again whenever it has changed. */
public sealed interface ClaimReply extends WireMessage {

  ModelName model();

  /** The lease has this instance, as the journal says. */
  record Granted(
      ModelName model, LeaseId lease, InstanceId instance, MachineId machine, long number)
      implements ClaimReply {}

  /**
   * The lease has none and waits.
   *
   * @param position from 1 on
   * @param estimate how long, where an instance is on its way
   * @param reason why, in a sentence
   */
  record Queued(
      ModelName model, LeaseId lease, int position, Optional<Duration> estimate, String reason)
      implements ClaimReply {
    public Queued {
      estimate = Absent.orEmpty(estimate);
    }
  }

  /** The claim is refused; it does not wait. */
  record Rejected(ModelName model, LeaseId lease, Refused refused) implements ClaimReply {}

  /** The lease has nothing of the name any more, and waits for nothing. */
  record Returned(ModelName model, LeaseId lease) implements ClaimReply {}
}
