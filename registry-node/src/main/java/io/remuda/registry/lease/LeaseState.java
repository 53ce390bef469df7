package io.remuda.registry.lease;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything the journal says about one lease.
 *
 * @param sequence of the last event
 * @param wish what was asked for; empty for one that nobody ever asked for
 * @param deploying whether an earlier version declared the deployment that it brings, which did not
 *     write down with the deployment whose it is
 * @param token that its instances were told last; 0 before it had any
 * @param parts instances that it has, under that token
 * @param since when it was asked for, got all of its instances, or lost one of them
 * @param end present once it is over
 * @param closed whether it has let go of all, too
 * @param ttl that its holder renewed it for last; empty: as long as was asked for
 */
public record LeaseState(
    LeaseId id,
    long sequence,
    Optional<Wish> wish,
    Instant askedAt,
    boolean deploying,
    long token,
    Map<ModelName, Part> parts,
    Instant since,
    Optional<End> end,
    boolean closed,
    Optional<Duration> ttl) {

  /** One instance, where it is. */
  public record Part(InstanceId instance, MachineId machine) {}

  /** Why a lease is over. */
  public enum Cause {
    RELEASED,
    /** Nobody renewed it in time. */
    EXPIRED,
    /** It did not get all of its instances in time. */
    IMPATIENT,
    /** One of its models does not exist or can have no instance, or too many wait for it. */
    REFUSED,
    /** The deployment that it brings was refused. */
    NOT_DEPLOYED
  }

  /**
   * Its end, with the reason in a sentence.
   *
   * @param code of the refusal that ended it; empty where it was none, or an earlier version wrote
   */
  public record End(Cause cause, String reason, Optional<ErrorCode> code) {

    /** One that no refusal brought. */
    public End(Cause cause, String reason) {
      this(cause, reason, Optional.empty());
    }
  }

  public LeaseState {
    parts = Collections.unmodifiableMap(new TreeMap<>(parts));
  }

  public static LeaseState empty(LeaseId id) {
    return new LeaseState(
        id,
        0,
        Optional.empty(),
        Instant.EPOCH,
        false,
        0,
        Map.of(),
        Instant.EPOCH,
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** This state after {@code event}. */
  public LeaseState on(LeaseEvent event) {
    LeaseState next = event.applyTo(this);
    return new LeaseState(
        id,
        sequence + 1,
        next.wish,
        next.askedAt,
        next.deploying,
        next.token,
        next.parts,
        next.since,
        next.end,
        next.closed,
        next.ttl);
  }

  /** This state after {@code events}. */
  public LeaseState on(List<LeaseEvent> events) {
    LeaseState next = this;
    for (LeaseEvent event : events) {
      next = next.on(event);
    }
    return next;
  }

  /** Whether it was asked for and is not over. */
  public boolean isLive() {
    return wish.isPresent() && end.isEmpty();
  }

  /** Its models, in the order in which it asks for them. */
  public Set<ModelName> models() {
    return wish.map(asked -> new TreeSet<>(asked.models())).orElseGet(TreeSet::new);
  }

  /** Its models without an instance that come after another one without, in their order. */
  Set<ModelName> afterFirstMissing() {
    Set<ModelName> missing = models();
    missing.removeAll(parts.keySet());
    return missing.stream().skip(1).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether it has an instance of each. */
  boolean isGranted() {
    return isLive() && parts.keySet().containsAll(models());
  }

  /** Whether a deployment is there for it alone. */
  boolean brings() {
    return wish.flatMap(Wish::own).isPresent();
  }

  /** Whether the deployment that it brings is to be removed. */
  public boolean isToRemove() {
    return brings() && end.filter(over -> over.cause() != Cause.NOT_DEPLOYED).isPresent();
  }

  LeaseState asked(Wish asked, Instant at) {
    return new LeaseState(
        id, sequence, Optional.of(asked), at, deploying, token, parts, at, end, closed, ttl);
  }

  LeaseState withDeploying() {
    return new LeaseState(id, sequence, wish, askedAt, true, token, parts, since, end, closed, ttl);
  }

  LeaseState granted(long number, Map<ModelName, Part> all, Instant at) {
    return new LeaseState(
        id, sequence, wish, askedAt, deploying, number, all, at, end, closed, ttl);
  }

  LeaseState lost(ModelName model, Instant at) {
    Map<ModelName, Part> left = new TreeMap<>(parts);
    left.remove(model);
    return new LeaseState(
        id, sequence, wish, askedAt, deploying, token, left, at, end, closed, ttl);
  }

  LeaseState renewed(Duration time) {
    return new LeaseState(
        id,
        sequence,
        wish,
        askedAt,
        deploying,
        token,
        parts,
        since,
        end,
        closed,
        Optional.of(time));
  }

  LeaseState ended(End over) {
    return new LeaseState(
        id,
        sequence,
        wish,
        askedAt,
        deploying,
        token,
        parts,
        since,
        Optional.of(over),
        closed,
        ttl);
  }

  LeaseState withClosed() {
    return new LeaseState(
        id, sequence, wish, askedAt, deploying, token, Map.of(), since, end, true, ttl);
  }
}
