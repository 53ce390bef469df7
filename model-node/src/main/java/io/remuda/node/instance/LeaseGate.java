package io.remuda.node.instance;

import io.remuda.node.instance.TenureDecider.Verdict;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whom one instance lets in, beside its {@link Gate}, which says how many: read by any thread
 * without a lock, written by the instance alone. A call of everybody costs a volatile read and no
 * allocation where no lease has the instance.
 *
 * <p>A caller asks twice: when it comes, and when it has its permit. So whoever has closed the
 * instance to others, and after that has seen the gate without a permit once, knows that no call of
 * theirs is under way and that none will be.
 */
public final class LeaseGate {

  private final InstanceId id;
  private final Supplier<Long> nanoTime;
  private final Set<Stay> stays = ConcurrentHashMap.newKeySet();
  private final Map<LeaseId, ShareSlots> slots = new ConcurrentHashMap<>();
  private volatile Tenure tenure;
  private volatile Shares shares;

  /** Of an instance that no lease has a share of. */
  public LeaseGate(InstanceId id, Tenure tenure, Supplier<Long> nanoTime) {
    this(id, tenure, Shares.NONE, nanoTime);
  }

  LeaseGate(InstanceId id, Tenure tenure, Shares shares, Supplier<Long> nanoTime) {
    this.id = id;
    this.tenure = tenure;
    this.shares = shares;
    this.nanoTime = nanoTime;
  }

  /** A call under a lease, from its permit to its end. */
  public static final class Stay {
    private final LeaseToken token;
    private final Consumer<Refused> cut;
    private final LeaseGate gate;

    private Stay(LeaseGate gate, LeaseToken token, Consumer<Refused> cut) {
      this.gate = gate;
      this.token = token;
      this.cut = cut;
    }

    /** The call has ended. */
    public void over() {
      gate.stays.remove(this);
    }
  }

  public Tenure tenure() {
    return tenure;
  }

  /** Which leases have some of its slots. */
  public Shares shares() {
    return shares;
  }

  /** The highest number that the instance was told so far. */
  public long highest() {
    return Math.max(tenure.highest(), shares.highest());
  }

  /** A slot for a call under {@code token}; empty where its lease has no share. */
  public Optional<Admission> slot(Gate gate, LeaseToken token) {
    return Optional.ofNullable(slots.get(token.lease())).map(gate::acquire);
  }

  /** Why a call that shows {@code token}, or none, may not pass; empty: it may. */
  public Optional<Refused> objection(Optional<LeaseToken> token) {
    Tenure seen = tenure;
    if (seen.mode() == Tenure.Mode.FREE && token.isEmpty()) {
      return Optional.empty();
    }
    long now = nanoTime.get();
    Verdict verdict =
        token
            .flatMap(shown -> SharesDecider.admit(shares, shown, now))
            .orElseGet(() -> TenureDecider.admit(seen, token, now));
    return objection(verdict, token);
  }

  /**
   * Notes a call under a lease that has its permit; ask {@link #objection} after it, not before.
   *
   * @param cut called at most once, on any thread, when the lease ends before the call
   */
  public Stay enter(LeaseToken token, Consumer<Refused> cut) {
    Stay stay = new Stay(this, token, cut);
    stays.add(stay);
    return stay;
  }

  public void become(Tenure now) {
    tenure = now;
  }

  /** Slots of {@code gate} are kept for the shares, and for no others any more. */
  void become(Shares now, Gate gate) {
    now.all()
        .forEach(
            (lease, share) -> slots.computeIfAbsent(lease, absent -> gate.reserve(share.slots())));
    shares = now;
    for (LeaseId lease : List.copyOf(slots.keySet())) {
      ShareSlots over = now.all().containsKey(lease) ? null : slots.remove(lease);
      if (over != null) {
        gate.unreserve(over);
      }
    }
  }

  /** Whether leases have all of it, so that no task would get a slot. */
  boolean leavesNothing(Gate gate) {
    return tenure.lent() || gate.reserved() >= gate.slots();
  }

  long now() {
    return nanoTime.get();
  }

  /** The leases under which calls are under way, be it that they are over. */
  Set<LeaseId> inside() {
    return stays.stream().map(stay -> stay.token.lease()).collect(Collectors.toSet());
  }

  /** Ends the calls of every lease that does not hold the instance now. */
  public void cutStale() {
    cutStale(each -> true);
  }

  /** Ends the lease's calls under what it does not hold now; others' may have time to end. */
  void cutStale(LeaseId lease) {
    cutStale(lease::equals);
  }

  private void cutStale(Predicate<LeaseId> whose) {
    Tenure current = TenureDecider.expire(tenure, nanoTime.get());
    Shares parts = SharesDecider.expire(shares, nanoTime.get());
    for (Stay stay : stays) {
      boolean holds =
          current.mode() != Tenure.Mode.FREE && current.isOf(stay.token)
              || parts
                  .of(stay.token.lease())
                  .filter(share -> share.token().equals(stay.token))
                  .isPresent();
      if (!holds && whose.test(stay.token.lease()) && stays.remove(stay)) {
        stay.cut.accept(whyCut(current, parts, stay.token.lease()));
      }
    }
  }

  private static Refused whyCut(Tenure current, Shares parts, LeaseId lease) {
    boolean moved =
        parts.of(lease).isPresent()
            || current.mode() != Tenure.Mode.FREE
                && current.grant().filter(now -> now.lease().equals(lease)).isPresent();
    return moved
        ? Refused.of(
            ErrorCode.STALE_LEASE,
            "lease %s was granted anew while this request was under way; ask for its state, and send"
                    .formatted(lease)
                + " the request again under its present token")
        : Refused.of(
            ErrorCode.ENDED,
            "lease %s has ended while this request was under way; acquire another"
                .formatted(lease));
  }

  private Optional<Refused> objection(Verdict verdict, Optional<LeaseToken> token) {
    String lease = token.map(LeaseToken::lease).map(Object::toString).orElse("");
    return switch (verdict) {
      case ADMITTED -> Optional.empty();
      case LEASED ->
          refuse(
              ErrorCode.MODEL_NOT_READY,
              id + " is leased to somebody else now; try again, or scale the model up");
      case STALE ->
          refuse(
              ErrorCode.STALE_LEASE,
              "%s is not held under this token of lease %s; ask for the lease's state"
                  .formatted(id, lease));
      case ENDED ->
          refuse(ErrorCode.ENDED, "lease %s has ended on %s; acquire another".formatted(lease, id));
      case NOT_YET ->
          refuse(
              ErrorCode.MODEL_NOT_READY,
              "lease %s does not hold %s yet; try again in a moment".formatted(lease, id));
    };
  }

  private static Optional<Refused> refuse(ErrorCode code, String sentence) {
    return Optional.of(Refused.of(code, sentence));
  }
}
