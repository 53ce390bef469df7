package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.Absent;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Instant;
import java.util.Optional;

/** What a name's owner hears of leases; from registry nodes alone. */
public interface TenancyMessage extends RegistryProtocol.Command {

  /**
   * A lease wants an instance of the name, or to keep the one that it has. Said again and again: a
   * claim that is not heard any more waits no longer. What was granted stays until it is unclaimed.
   *
   * @param floor a new grant's number is to be higher
   * @param holding the instance that it has, as far as it knows
   * @param avoided an instance that has just refused it
   * @param session gets the instance that it had before, where that is free
   * @param askedAt who asked first is served first
   * @param slots how many of an instance it wants; 0: a whole one
   */
  record Claim(
      ModelName name,
      LeaseId lease,
      long floor,
      Optional<InstanceId> holding,
      Optional<InstanceId> avoided,
      Optional<String> session,
      Instant askedAt,
      ActorRef<ClaimReply> replyTo,
      int slots)
      implements TenancyMessage {

    /** Of a whole instance. */
    public Claim(
        ModelName name,
        LeaseId lease,
        long floor,
        Optional<InstanceId> holding,
        Optional<InstanceId> avoided,
        Optional<String> session,
        Instant askedAt,
        ActorRef<ClaimReply> replyTo) {
      this(name, lease, floor, holding, avoided, session, askedAt, replyTo, 0);
    }

    public Claim {
      holding = Absent.orEmpty(holding);
      avoided = Absent.orEmpty(avoided);
      session = Absent.orEmpty(session);
    }
  }

  /**
   * A lease wants nothing of the name any more. Sent until {@link ClaimReply.Returned} comes.
   *
   * @param number the highest that it was granted under, of any name; 0 for none
   * @param comesBack whether it wants an instance again later: what it was granted under a higher
   *     number stays, since this has been overtaken then
   */
  record Unclaim(
      ModelName name,
      LeaseId lease,
      long number,
      String reason,
      boolean comesBack,
      ActorRef<ClaimReply> replyTo)
      implements TenancyMessage {

    /** Of one that is over. */
    public Unclaim(
        ModelName name, LeaseId lease, long number, String reason, ActorRef<ClaimReply> replyTo) {
      this(name, lease, number, reason, false, replyTo);
    }
  }

  /** What came of a release; no reply when none came in time. */
  record ReleaseAnswered(InstanceId id, LeaseToken token, Optional<NodeProtocol.HoldReply> reply)
      implements TenancyMessage {}
}
