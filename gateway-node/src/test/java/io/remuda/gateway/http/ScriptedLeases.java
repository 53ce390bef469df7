package io.remuda.gateway.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.LeaseView.Part;
import io.remuda.protocol.model.LeaseView.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The registry's leases by script: granted at once under token 7, or never while it is told so. */
final class ScriptedLeases {

  private final Map<LeaseId, LeaseView> leases = new ConcurrentHashMap<>();
  private final Map<LeaseId, Wish> wishes = new ConcurrentHashMap<>();

  /** Everything it was told, in the order of its coming. */
  final List<Command> asked = new CopyOnWriteArrayList<>();

  /** Who looks at a lease that waits, and waits with it, until it is granted. */
  private final Map<LeaseId, ActorRef<Reply>> looking = new ConcurrentHashMap<>();

  /** Whether who says so may wait with a lease; an earlier registry answers at once. */
  volatile boolean letsWait;

  /** Whether there are free instances. */
  volatile boolean grants = true;

  Behavior<Command> entity() {
    return Behaviors.receiveMessage(
        message -> {
          asked.add(message);
          if (message instanceof LeaseProtocol.Acquire acquire) {
            acquire.replyTo().tell(acquired(acquire));
          } else if (message instanceof LeaseProtocol.Get get) {
            if (letsWait && get.within().isPresent() && isPending(get.id())) {
              looking.put(get.id(), get.replyTo());
            } else {
              get.replyTo().tell(found(get.id()));
            }
          } else if (message instanceof LeaseProtocol.Renew renew) {
            renew.replyTo().tell(renewed(renew));
          } else if (message instanceof LeaseProtocol.Release release) {
            release.replyTo().tell(released(release));
          }
          return Behaviors.same();
        });
  }

  Wish wish(LeaseId id) {
    return Objects.requireNonNull(wishes.get(id));
  }

  /** From now on it has what it waited for. */
  void grant(LeaseId id) {
    leases.computeIfPresent(id, (same, lease) -> view(id, wish(id), State.READY));
    ActorRef<Reply> waits = looking.remove(id);
    if (waits != null) {
      waits.tell(found(id));
    }
  }

  /** Whether somebody waits with the lease. */
  boolean isLookedAt(LeaseId id) {
    return looking.containsKey(id);
  }

  private boolean isPending(LeaseId id) {
    LeaseView lease = leases.get(id);
    return lease != null && lease.state() == State.PENDING;
  }

  private Reply acquired(LeaseProtocol.Acquire acquire) {
    Wish before = wishes.putIfAbsent(acquire.id(), acquire.wish());
    if (before != null && !before.equals(acquire.wish())) {
      return Reply.refused(
          Refused.of(ErrorCode.IDEMPOTENCY_CONFLICT, "another wish came under this key"));
    }
    leases.computeIfAbsent(
        acquire.id(), id -> view(id, acquire.wish(), grants ? State.READY : State.PENDING));
    return found(acquire.id());
  }

  private Reply found(LeaseId id) {
    LeaseView lease = leases.get(id);
    if (lease == null) {
      return Reply.refused(Refused.of(ErrorCode.NOT_FOUND, "there is no lease " + id));
    }
    return lease.state() == State.ENDED ? ended(lease) : Reply.of(lease);
  }

  private Reply renewed(LeaseProtocol.Renew renew) {
    Wish before = wishes.get(renew.id());
    LeaseView lease = leases.get(renew.id());
    if (before != null && lease != null && lease.state() != State.ENDED) {
      Wish after =
          new Wish(
              before.owner(),
              before.models(),
              before.exclusive(),
              before.session(),
              renew.ttl().orElse(before.ttl()),
              before.patience(),
              before.own());
      wishes.put(renew.id(), after);
      leases.put(renew.id(), view(renew.id(), after, State.READY));
    }
    return found(renew.id());
  }

  private Reply released(LeaseProtocol.Release release) {
    LeaseView lease = leases.get(release.id());
    if (lease == null || lease.state() == State.ENDED) {
      return found(release.id());
    }
    LeaseView ended = view(release.id(), wish(release.id()), State.ENDED);
    leases.put(release.id(), ended);
    return Reply.of(ended);
  }

  private static Reply ended(LeaseView lease) {
    return Reply.ended(
        lease, Refused.of(ErrorCode.ENDED, "lease " + lease.id() + " has ended: released"));
  }

  static LeaseView view(LeaseId id, Wish wish, State state) {
    boolean ready = state == State.READY;
    boolean pending = state == State.PENDING;
    List<Part> parts =
        wish.models().stream()
            .sorted()
            .map(
                model ->
                    new Part(
                        model, ready ? Optional.of(new InstanceId(model, 1)) : Optional.empty()))
            .toList();
    return new LeaseView(
        id,
        wish.owner(),
        state,
        parts,
        wish.exclusive(),
        wish.session(),
        wish.ttl(),
        pending ? OptionalLong.empty() : OptionalLong.of(7),
        pending ? OptionalInt.of(2) : OptionalInt.empty(),
        pending ? Optional.of(Duration.ofMillis(12_400)) : Optional.empty(),
        ScriptedFleet.THEN,
        ready ? Optional.of(ScriptedFleet.THEN.plus(wish.ttl())) : Optional.empty(),
        pending
            ? Optional.of("1 other lease waits before it")
            : ready ? Optional.empty() : Optional.of("released"),
        wish.slots(),
        Optional.empty());
  }
}
