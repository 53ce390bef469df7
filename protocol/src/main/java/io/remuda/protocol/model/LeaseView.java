package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A lease as its holder and operators see it.
 *
 * @param owner who asked for it; nobody else is told of it, but for operators
 * @param parts one for each model that was asked for, in the order of their names
 * @param exclusive whether its instances take nobody else's requests
 * @param token that its instances want to be shown; rises each time the lease moves; empty before
 *     it was READY for the first time
 * @param position of a PENDING one in the longest of the queues that it stands in, from 1 on
 * @param estimate how long a PENDING one will have to wait, where that can be told
 * @param expiresAt when it ends unless it is renewed, by the clock of the registry node that says
 *     so; present for a READY one
 * @param reason why it waits, or why it ended, in a sentence
 * @param slots of each instance that are the holder's; 0 for an exclusive one, which has them all
 * @param code why it ended, for programs; empty where it did not end with a refusal
 */
public record LeaseView(
    LeaseId id,
    String owner,
    State state,
    List<Part> parts,
    boolean exclusive,
    Optional<String> session,
    Duration ttl,
    OptionalLong token,
    OptionalInt position,
    Optional<Duration> estimate,
    Instant createdAt,
    Optional<Instant> expiresAt,
    Optional<String> reason,
    int slots,
    Optional<ErrorCode> code)
    implements WireMessage {

  /** Where a lease stands; it goes back to PENDING when it has lost an instance. */
  public enum State {
    /** It waits for instances. */
    PENDING,
    /** It has all of its instances, and they obey its token. */
    READY,
    /** It has none any more, for good. */
    ENDED
  }

  /**
   * One model of a lease.
   *
   * @param instance that it has; empty while it waits
   */
  public record Part(ModelName model, Optional<InstanceId> instance) {
    public Part {
      instance = Absent.orEmpty(instance);
    }
  }

  public LeaseView {
    parts = List.copyOf(parts);
    session = Absent.orEmpty(session);
    estimate = Absent.orEmpty(estimate);
    expiresAt = Absent.orEmpty(expiresAt);
    reason = Absent.orEmpty(reason);
    code = Absent.orEmpty(code);
  }
}
