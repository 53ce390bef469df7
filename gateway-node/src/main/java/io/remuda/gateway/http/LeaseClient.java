package io.remuda.gateway.http;

import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Asks the registry for leases on behalf of HTTP, by way of the {@link FleetClient}: as bounded,
 * and with the same refusal while no registry is in sight. A lease that has ended is an answer
 * here.
 */
public final class LeaseClient {

  private final RegistryLink link;

  public LeaseClient(FleetClient fleet) {
    this.link = fleet.link();
  }

  /** Begun once for an id, however often it is heard. */
  CompletionStage<Reply> acquire(LeaseId id, Wish wish) {
    return link.again(
        LeaseProtocol.TYPE_KEY,
        id.value(),
        replyTo -> new LeaseProtocol.Acquire(id, wish, replyTo));
  }

  CompletionStage<Reply> get(LeaseId id) {
    return get(id, Duration.ZERO);
  }

  /** Answered when it waits no more, or at the latest after so long, or as it stands before. */
  CompletionStage<Reply> get(LeaseId id, Duration within) {
    Optional<Duration> wait = Optional.of(within).filter(time -> !time.isZero());
    return link.again(
        LeaseProtocol.TYPE_KEY, id.value(), replyTo -> new LeaseProtocol.Get(id, wait, replyTo));
  }

  /** Heard twice it holds for as long, from a moment later. */
  CompletionStage<Reply> renew(LeaseId id, Optional<Duration> ttl) {
    return link.again(
        LeaseProtocol.TYPE_KEY, id.value(), replyTo -> new LeaseProtocol.Renew(id, ttl, replyTo));
  }

  /** Heard twice it would be answered as one that had ended before. */
  CompletionStage<Reply> release(LeaseId id, String reason) {
    return link.once(
        LeaseProtocol.TYPE_KEY,
        id.value(),
        replyTo -> new LeaseProtocol.Release(id, reason, replyTo));
  }
}
