package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a lease's registry actor is asked. The entity id is the lease's. An accepted change is in
 * the journal before the answer leaves; of renewals those that change the time to live.
 */
public final class LeaseProtocol {

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Lease");

  private LeaseProtocol() {}

  /** Implemented by the registry's own messages too, which never leave a registry node. */
  public interface Command extends WireMessage {}

  /**
   * What is asked for.
   *
   * @param owner who asks: the id of an API key, or what stands for everybody where none are needed
   * @param models that it is of, one instance of each
   * @param exclusive whether the instances take nobody else's requests
   * @param session gets the same instances again where they are free; empty: any
   * @param ttl how long it holds without a renewal, counted anew by each
   * @param patience how long it waits for instances at most, before it ends
   * @param own deployment that it brings, deployed for it and removed after it; its name is among
   *     the models
   * @param slots how many of each instance's slots are kept for the holder, while it answers others
   *     with the rest; 0 for an exclusive one, which has them all
   */
  public record Wish(
      String owner,
      Set<ModelName> models,
      boolean exclusive,
      Optional<String> session,
      Duration ttl,
      Duration patience,
      Optional<ModelSpec> own,
      int slots)
      implements WireMessage {

    /** One of whole instances, or of one slot of each. */
    public Wish(
        String owner,
        Set<ModelName> models,
        boolean exclusive,
        Optional<String> session,
        Duration ttl,
        Duration patience,
        Optional<ModelSpec> own) {
      this(owner, models, exclusive, session, ttl, patience, own, 0);
    }

    public Wish {
      models = Set.copyOf(models);
      // Of an earlier version that says no number, a share is one slot.
      slots = exclusive ? 0 : Math.max(1, slots);
      session = Absent.orEmpty(session);
      own = Absent.orEmpty(own);
    }
  }

  /**
   * Begin a lease. The same id with the same wish is answered with what there is; with another wish
   * it is refused with IDEMPOTENCY_CONFLICT.
   */
  public record Acquire(LeaseId id, Wish wish, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Look at it. One that never was or is forgotten: NOT_FOUND.
   *
   * @param within while it waits, answered when it does so no more, at the latest after so long or
   *     when its owner has waited for long enough; empty: at once
   */
  public record Get(LeaseId id, Optional<Duration> within, ActorRef<Reply> replyTo)
      implements Command {

    /** Answered at once. */
    public Get(LeaseId id, ActorRef<Reply> replyTo) {
      this(id, Optional.empty(), replyTo);
    }

    public Get {
      within = Absent.orEmpty(within);
    }
  }

  /**
   * Hold on for another time to live, from now on. One that has ended: ENDED.
   *
   * @param ttl another one than before; empty: as long as it was asked for
   */
  public record Renew(LeaseId id, Optional<Duration> ttl, ActorRef<Reply> replyTo)
      implements Command {
    public Renew {
      ttl = Absent.orEmpty(ttl);
    }
  }

  /** Let go of it. One that has ended: ENDED, with the lease. */
  public record Release(LeaseId id, String reason, ActorRef<Reply> replyTo) implements Command {}

  /** Both are present for one that has ended; else exactly one of them. */
  public record Reply(Optional<LeaseView> lease, Optional<Refused> refused) implements WireMessage {

    public Reply {
      lease = Absent.orEmpty(lease);
      refused = Absent.orEmpty(refused);
    }

    public static Reply of(LeaseView lease) {
      return new Reply(Optional.of(lease), Optional.empty());
    }

    public static Reply refused(Refused refused) {
      return new Reply(Optional.empty(), Optional.of(refused));
    }

    /** One that has ended, with its reason. */
    public static Reply ended(LeaseView lease, Refused refused) {
      return new Reply(Optional.of(lease), Optional.of(refused));
    }
  }
}
