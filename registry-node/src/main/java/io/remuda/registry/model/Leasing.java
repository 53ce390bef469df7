package io.remuda.registry.model;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a name's owner tells what of leases: each lease that claims or returns, at once and then
 * when it has changed. Belongs to one actor.
 */
public final class Leasing {

  private final Map<LeaseId, ActorRef<ClaimReply>> leases = new HashMap<>();
  private final Map<LeaseId, ClaimReply> told = new HashMap<>();

  /** The claim waits, or is refused at once. */
  public Plan claim(Sight sight, TenancyMessage.Claim claim) {
    Optional<Refused> refused = TenancyDecider.objection(sight, claim.lease(), claim.slots());
    if (refused.isPresent()) {
      claim.replyTo().tell(new ClaimReply.Rejected(claim.name(), claim.lease(), refused.get()));
      return Plan.remember(sight.soft());
    }
    leases.put(claim.lease(), claim.replyTo());
    told.remove(claim.lease());
    return TenancyDecider.claim(sight, Claims.Claim.of(claim, sight.now()));
  }

  /** What the lease has is to be let go of; one that has nothing is told so at once. */
  public Plan unclaim(Sight sight, TenancyMessage.Unclaim wish) {
    leases.put(wish.lease(), wish.replyTo());
    told.remove(wish.lease());
    if (!wish.comesBack()) {
      return TenancyDecider.unclaim(sight, wish.lease(), wish.number());
    }
    // It may not know of it, nor its owner of the claim: neither would say another word of it.
    TenancyOutlook.kept(sight, wish.lease(), wish.number())
        .ifPresent(has -> tell(wish.lease(), wish.replyTo(), has));
    return TenancyDecider.giveBack(sight, wish.lease(), wish.number());
  }

  /** Tells what has changed. */
  public void show(Sight sight) {
    if (leases.isEmpty()) {
      return;
    }
    TenancyOutlook.Waiting wait = TenancyOutlook.Waiting.of(sight);
    for (Map.Entry<LeaseId, ActorRef<ClaimReply>> each : Map.copyOf(leases).entrySet()) {
      LeaseId lease = each.getKey();
      Optional<ClaimReply> reply = TenancyOutlook.reply(sight, lease, wait);
      if (reply.isPresent()) {
        tell(lease, each.getValue(), reply.get());
      } else if (sight.state().tenancy().of(lease).isEmpty()) {
        tell(lease, each.getValue(), new ClaimReply.Returned(sight.state().name(), lease));
        leases.remove(lease);
        told.remove(lease);
      }
    }
  }

  private void tell(LeaseId lease, ActorRef<ClaimReply> replyTo, ClaimReply reply) {
    if (!reply.equals(told.put(lease, reply))) {
      replyTo.tell(reply);
    }
  }
}
