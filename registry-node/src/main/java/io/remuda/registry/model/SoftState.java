package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.placement.Locality;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a registry actor remembers of its own doings and forgets with itself: commands on their way,
 * answers that hold for a while. Losing it costs a repeated command, never a wrong one.
 *
 * @param sent when the last start or stop of an instance went out
 * @param asked when a machine was last asked to describe the model
 * @param absent machines that cannot describe the model, until when, and why
 * @param holds machines that refused an instance and took none since, until when they are passed
 *     over, and why
 * @param standing assignments that were refused for a reason that is in the journal already: they
 *     stay, and their start is sent again after the hold
 * @param strangers when an instance that nobody assigned was first seen
 * @param registered when a machine last said that it has the model by itself; of one that has not
 *     said it here yet, since when it is waited for
 * @param cramped since when a rollout has had no room beside what serves; empty while it has
 * @param files where the model's file is known to be
 * @param window what the load has asked for lately, of a name that scales by itself
 * @param claims what leases want of the name
 * @param evictions of the room that it wants others to make
 * @param noPlace since when wanted instances fit nowhere, and what was written of it
 */
public record SoftState(
    Map<InstanceId, Instant> sent,
    Map<MachineId, Instant> asked,
    Map<MachineId, Hold> absent,
    Map<MachineId, Hold> holds,
    Map<InstanceId, Refused> standing,
    Map<InstanceId, Instant> strangers,
    Map<MachineId, Instant> registered,
    Optional<Instant> cramped,
    Locality files,
    DemandWindow window,
    Claims claims,
    Evictions evictions,
    NoPlaceDecider.Memory noPlace) {

  public static final SoftState EMPTY =
      new SoftState(
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          Optional.empty(),
          Locality.UNKNOWN,
          DemandWindow.EMPTY,
          Claims.NONE,
          Evictions.NONE,
          NoPlaceDecider.Memory.NONE);

  /**
   * A machine passed over for a while.
   *
   * @param times how often in a row it refused
   * @param code of its last refusal, where it matters
   * @param incarnation of its JVM that refused, where that matters and was known
   */
  public record Hold(
      Instant until, String reason, int times, Optional<ErrorCode> code, OptionalLong incarnation) {

    Hold(Instant until, String reason, int times) {
      this(until, reason, times, Optional.empty(), OptionalLong.empty());
    }

    boolean lasts(Instant now) {
      return until.isAfter(now);
    }
  }

  public SoftState {
    sent = copy(sent);
    asked = copy(asked);
    absent = copy(absent);
    holds = copy(holds);
    standing = copy(standing);
    strangers = copy(strangers);
    registered = copy(registered);
  }

  public SoftState sent(InstanceId id, Instant at) {
    return but(next -> next.sent = put(sent, id, at));
  }

  public SoftState asked(MachineId machine, Instant at) {
    return but(next -> next.asked = put(asked, machine, at));
  }

  /** The machine answered that it cannot describe the model. */
  public SoftState absent(
      MachineId machine,
      String reason,
      Optional<ErrorCode> code,
      OptionalLong incarnation,
      Instant until) {
    int times = absent.containsKey(machine) ? absent.get(machine).times() + 1 : 1;
    return but(
        next -> {
          next.asked = without(asked, machine);
          next.absent = put(absent, machine, new Hold(until, reason, times, code, incarnation));
        });
  }

  /** The machine does not have the model's file. */
  SoftState lacking(MachineId machine, long revision) {
    return but(next -> next.files = files.of(revision).lacks(machine));
  }

  /** The machine described the model. */
  SoftState described(MachineId machine, long revision) {
    return but(
        next -> {
          next.files = files.of(revision).has(machine);
          next.asked = Map.of();
          next.absent = Map.of();
        });
  }

  /** The machine refused an instance; several refusals of one round count as one. */
  public SoftState refusedBy(
      MachineId machine, String reason, Instant now, ReconcilePolicy policy) {
    int before = hold(machine).map(Hold::times).orElse(0);
    boolean sameRound = hold(machine).map(hold -> hold.lasts(now)).orElse(false);
    int times = sameRound ? before : before + 1;
    Duration time = ReconcilePolicy.grown(policy.refusalHold(), policy.refusalHoldMax(), times);
    return but(next -> next.holds = put(holds, machine, new Hold(now.plus(time), reason, times)));
  }

  /** The assignment stays although its machine refused it. */
  public SoftState stands(InstanceId id, Refused refused) {
    return but(next -> next.standing = put(standing, id, refused));
  }

  /** The machine took an instance: its refusals are counted anew. */
  public SoftState takenBy(MachineId machine, InstanceId id) {
    return but(
        next -> {
          next.holds = without(holds, machine);
          next.standing = without(standing, id);
        });
  }

  /** The instance is there, so no refusal of it stands. */
  public SoftState without(InstanceId id) {
    return but(next -> next.standing = without(standing, id));
  }

  public Optional<Hold> hold(MachineId machine) {
    return Optional.ofNullable(holds.get(machine));
  }

  public SoftState stranger(InstanceId id, Instant at) {
    return strangers.containsKey(id) ? this : but(next -> next.strangers = put(strangers, id, at));
  }

  /** Keeps what is said of these instances only. */
  public SoftState onlyOf(Set<InstanceId> ids, Set<InstanceId> unknown) {
    return but(
        next -> {
          next.sent = retain(sent, ids, unknown);
          next.standing = retain(standing, ids, ids);
          next.strangers = retain(strangers, unknown, unknown);
        });
  }

  /** Forgets everything about machines: the recipe has changed. */
  public SoftState forRecipe() {
    return but(
        next -> {
          next.asked = Map.of();
          next.absent = Map.of();
          next.holds = Map.of();
          next.standing = Map.of();
          next.cramped = Optional.empty();
          // An operator's number holds for as long as a load that asks for another one must last.
          next.window = DemandWindow.EMPTY;
          // Another recipe needs other room; a demand stays one.
          next.evictions = evictions.forRecipe();
          next.claims = claims.with(Lingering.NONE);
          next.noPlace = NoPlaceDecider.Memory.NONE;
        });
  }

  /** The machine said that it has the model by itself. */
  public SoftState registered(MachineId machine, Instant at) {
    return but(next -> next.registered = put(registered, machine, at));
  }

  /** Waits from {@code now} on for the word of those that have not said it here. */
  public SoftState waitingFor(Set<MachineId> machines, Instant now) {
    if (registered.keySet().equals(machines)) {
      return this;
    }
    Map<MachineId, Instant> kept = new TreeMap<>();
    machines.forEach(machine -> kept.put(machine, registered.getOrDefault(machine, now)));
    return but(next -> next.registered = kept);
  }

  /** Whether a rollout has room now; where it has none, since when is kept. */
  SoftState roomy(boolean room, Instant now) {
    return room == cramped.isEmpty()
        ? this
        : but(next -> next.cramped = room ? Optional.empty() : Optional.of(now));
  }

  SoftState with(DemandWindow seen) {
    return but(next -> next.window = seen);
  }

  SoftState with(Claims said) {
    return but(next -> next.claims = said);
  }

  /** A gateway has said that requests wait for it. */
  public SoftState wantedAt(Instant now) {
    return with(evictions.wanted(now));
  }

  SoftState with(Evictions remembered) {
    return but(next -> next.evictions = remembered);
  }

  SoftState with(NoPlaceDecider.Memory remembered) {
    return noPlace.equals(remembered) ? this : but(next -> next.noPlace = remembered);
  }

  /** This state but for what {@code change} sets. */
  private SoftState but(Consumer<SoftStateDraft> change) {
    SoftStateDraft draft = new SoftStateDraft(this);
    change.accept(draft);
    return draft.done();
  }

  private static <V> Map<InstanceId, V> retain(
      Map<InstanceId, V> map, Set<InstanceId> a, Set<InstanceId> b) {
    Map<InstanceId, V> kept = new TreeMap<>(map);
    kept.keySet().removeIf(id -> !a.contains(id) && !b.contains(id));
    return kept;
  }

  private static <K extends Comparable<K>, V> Map<K, V> put(Map<K, V> map, K key, V value) {
    Map<K, V> next = new TreeMap<>(map);
    next.put(key, value);
    return next;
  }

  private static <K extends Comparable<K>, V> Map<K, V> without(Map<K, V> map, K key) {
    Map<K, V> next = new TreeMap<>(map);
    next.remove(key);
    return next;
  }

  private static <K extends Comparable<K>, V> Map<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
