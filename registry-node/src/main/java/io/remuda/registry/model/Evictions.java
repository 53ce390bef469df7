package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.placement.EvictionPolicy.Eviction;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a name remembers of the room that it wants made: soft state. An owner that moved begins a
 * new one, and then asks once more at worst.
 *
 * @param wanted when a gateway last said that requests wait and there is no instance
 * @param asked where others were last asked to give way, while that is not over
 * @param times how often in a row room was made on a machine and nothing came of it
 * @param kept instances that were asked and stay, each for a while
 * @param come its own instance that gave way last, once what it made room for was seen in its place
 * @param there what was on that one's machine already of the name that it made room for
 */
record Evictions(
    Optional<Instant> wanted,
    Optional<Asking> asked,
    Map<MachineId, Integer> times,
    Map<InstanceId, SoftState.Hold> kept,
    Optional<InstanceId> come,
    Set<InstanceId> there) {

  static final Evictions NONE =
      new Evictions(
          Optional.empty(), Optional.empty(), Map.of(), Map.of(), Optional.empty(), Set.of());

  Evictions {
    there = Set.copyOf(there);
    times = Collections.unmodifiableMap(new TreeMap<>(times));
    kept = Collections.unmodifiableMap(new TreeMap<>(kept));
  }

  Evictions wanted(Instant now) {
    return new Evictions(Optional.of(now), asked, times, kept, come, there);
  }

  boolean wantedLately(Duration limit, Instant now) {
    return wanted.filter(at -> at.plus(limit).isAfter(now)).isPresent();
  }

  Evictions asked(Eviction others, EvictionTimes policy, Instant now) {
    MachineId machine = others.machine();
    Map<MachineId, Integer> more = new TreeMap<>(times);
    int so = more.merge(machine, 1, Integer::sum);
    Duration hold = ReconcilePolicy.grown(policy.hold(), policy.holdMax(), so);
    return asking(Asking.of(machine, others.instances(), now.plus(hold)), more);
  }

  private Evictions asking(Asking next, Map<MachineId, Integer> so) {
    return new Evictions(wanted, Optional.of(next), so, kept, come, there);
  }

  /** Who is to be asked to go now: all that it takes have said that they would. */
  Optional<InstanceId> next() {
    return asked.flatMap(Asking::next);
  }

  /** {@link #next} was asked. */
  Evictions sent() {
    return asked.map(last -> asking(last.sent(), times)).orElse(this);
  }

  /** Whether it has still to say whether it would go. */
  boolean isUnsure(InstanceId id) {
    return asked.filter(last -> last.unsure().contains(id)).isPresent();
  }

  /** One that was asked whether it would go says so. */
  Evictions would(InstanceId id) {
    return asked.map(last -> asking(last.would(id), times)).orElse(this);
  }

  /** One that was asked to go goes. */
  Evictions goes(InstanceId id) {
    return asked.map(last -> asking(last.goes(id), times)).orElse(this);
  }

  boolean isAsking(Instant now) {
    return asked.filter(last -> last.until().isAfter(now)).isPresent();
  }

  /** Whether room may come that was asked for: on that machine nothing came of it so far. */
  boolean isHopeful(Instant now) {
    return asked
        .filter(last -> last.until().isAfter(now))
        .filter(last -> times.getOrDefault(last.machine(), 0) < 2)
        .isPresent();
  }

  /** One that was asked stays, and with it those that were to go with it: others may be asked. */
  Evictions refused(InstanceId id, String why, Instant until) {
    Map<InstanceId, SoftState.Hold> more = new TreeMap<>(kept);
    more.put(id, new SoftState.Hold(until, why, 1));
    Map<MachineId, Integer> less = new TreeMap<>(times);
    Optional<Asking> over = asked.filter(last -> last.concerns(id));
    over.ifPresent(last -> less.remove(last.machine()));
    return new Evictions(
        wanted, over.isPresent() ? Optional.empty() : asked, less, more, come, there);
  }

  /** It serves and has all that it wants: whatever was asked for has come. */
  Evictions served() {
    return asked.isEmpty() && times.isEmpty()
        ? this
        : new Evictions(wanted, Optional.empty(), Map.of(), kept, come, there);
  }

  /** Nothing came of what was asked for in all that time. */
  Evictions lapsed() {
    return new Evictions(wanted, Optional.empty(), times, kept, come, there);
  }

  /** What its instance {@code id} made room for is there. */
  Evictions come(InstanceId id) {
    return new Evictions(wanted, asked, times, kept, Optional.of(id), there);
  }

  /** Its own instance gives way to a name that has {@code already} on that machine. */
  Evictions gave(Set<InstanceId> already) {
    return new Evictions(wanted, asked, times, kept, come, already);
  }

  /** Without what was asked for another recipe's sake. */
  Evictions forRecipe() {
    return new Evictions(wanted, Optional.empty(), Map.of(), Map.of(), come, there);
  }

  /** Why instances stay that were asked lately. */
  Map<InstanceId, String> kept(Instant now) {
    return kept.entrySet().stream()
        .filter(entry -> entry.getValue().lasts(now))
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().reason()));
  }

  /** Without what is over. */
  Evictions pruned(Instant now) {
    if (kept.values().stream().allMatch(hold -> hold.lasts(now))) {
      return this;
    }
    Map<InstanceId, SoftState.Hold> left = new TreeMap<>(kept);
    left.values().removeIf(hold -> !hold.lasts(now));
    return new Evictions(wanted, asked, times, left, come, there);
  }
}
