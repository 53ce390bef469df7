package io.remuda.registry.lease;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.ClaimReply.Granted;
import io.remuda.registry.model.ClaimReply.Queued;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What a lease has been told and forgets with its actor. Losing it costs repeated words, and gives
 * the holder another time to live.
 *
 * @param begun since when this actor remembers anything
 * @param grants of models that are granted while others are waited for
 * @param queued what the others say of the wait
 * @param avoided instances whose machine has just refused the lease
 * @param obeyed models whose instance is held under the present token
 * @param givingBack models that it gives back: it claims them again when it is their turn, unless
 *     it is over
 * @param returned models of which an ended lease has nothing any more
 * @param floor that the next token must be above, beside the present one
 * @param deployed whether its own deployment was accepted
 * @param removed whether its own deployment is removed, or never was as far as it knows
 * @param used whether its holder may be at work with it: it was ready, or was granted before this
 *     actor remembers anything
 * @param deadline by which it is to be renewed; present exactly while it is ready
 * @param told when its machines were first told to hold it under which token, since they last had
 *     to be told anew
 */
public record LeaseSoft(
    Instant begun,
    Map<ModelName, Granted> grants,
    Map<ModelName, Queued> queued,
    Map<ModelName, InstanceId> avoided,
    Set<ModelName> obeyed,
    Set<ModelName> givingBack,
    Set<ModelName> returned,
    long floor,
    boolean deployed,
    boolean removed,
    boolean used,
    Optional<Instant> deadline,
    Optional<Told> told) {

  /** Machines hold what they are told for its time to live, and count that from when they hear. */
  record Told(long token, Instant at, Duration ttl) {}

  public LeaseSoft {
    grants = Collections.unmodifiableMap(new TreeMap<>(grants));
    queued = Collections.unmodifiableMap(new TreeMap<>(queued));
    avoided = Collections.unmodifiableMap(new TreeMap<>(avoided));
    obeyed = Set.copyOf(obeyed);
    givingBack = Collections.unmodifiableSet(new TreeSet<>(givingBack));
    returned = Set.copyOf(returned);
  }

  /**
   * Nothing yet, of what the journal says {@code state} of. What one that has moved gave back may
   * not have been heard; and of what one that waits has been granted of later models, others may
   * wait for.
   */
  public static LeaseSoft begun(LeaseState state, Instant now) {
    return new LeaseSoft(
        now,
        Map.of(),
        Map.of(),
        Map.of(),
        Set.of(),
        state.isLive() ? state.afterFirstMissing() : Set.of(),
        Set.of(),
        0,
        false,
        state.closed() || state.end().isPresent() && !state.isToRemove(),
        state.token() > 0,
        Optional.empty(),
        Optional.empty());
  }

  /** Whether all instances obey, so that its holder may use them. */
  public boolean isReady() {
    return deadline.isPresent();
  }

  /** It has lost an instance: what the others were told is to be told anew under another token. */
  LeaseSoft moving() {
    return untold().but(next -> next.deadline = Optional.empty());
  }

  /** What its machines have said is too old to rest on: they are to be told anew. */
  LeaseSoft untold() {
    return but(
        next -> {
          next.obeyed.clear();
          next.told = Optional.empty();
        });
  }

  /** A machine was told to hold it under {@code token} for {@code ttl}. */
  LeaseSoft telling(long token, Instant now, Duration ttl) {
    return told.filter(before -> before.token() == token).isPresent()
        ? this
        : but(next -> next.told = Optional.of(new Told(token, now, ttl)));
  }

  /** This but for what {@code change} sets. */
  LeaseSoft but(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new LeaseSoft(
        begun,
        draft.grants,
        draft.queued,
        draft.avoided,
        draft.obeyed,
        draft.givingBack,
        draft.returned,
        draft.floor,
        draft.deployed,
        draft.removed,
        draft.used,
        draft.deadline,
        draft.told);
  }

  /** The same in the making: what is not set stays as it was. */
  static final class Draft {
    final Map<ModelName, Granted> grants;
    final Map<ModelName, Queued> queued;
    final Map<ModelName, InstanceId> avoided;
    final Set<ModelName> obeyed;
    final Set<ModelName> givingBack;
    final Set<ModelName> returned;
    long floor;
    boolean deployed;
    boolean removed;
    boolean used;
    Optional<Instant> deadline;
    Optional<Told> told;

    private Draft(LeaseSoft from) {
      grants = new TreeMap<>(from.grants);
      queued = new TreeMap<>(from.queued);
      avoided = new TreeMap<>(from.avoided);
      obeyed = new TreeSet<>(from.obeyed);
      givingBack = new TreeSet<>(from.givingBack);
      returned = new TreeSet<>(from.returned);
      floor = from.floor;
      deployed = from.deployed;
      removed = from.removed;
      used = from.used;
      deadline = from.deadline;
      told = from.told;
    }
  }
}
