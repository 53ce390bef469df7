package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
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
 */
record Evictions(
    Optional<Instant> wanted,
    Optional<Asked> asked,
    Map<MachineId, Integer> times,
    Map<InstanceId, SoftState.Hold> kept,
    Optional<InstanceId> come) {

  static final Evictions NONE =
      new Evictions(Optional.empty(), Optional.empty(), Map.of(), Map.of(), Optional.empty());

  /** Room was asked for; until then nobody else is asked. */
  record Asked(MachineId machine, Instant until) {}

  Evictions {
    times = Collections.unmodifiableMap(new TreeMap<>(times));
    kept = Collections.unmodifiableMap(new TreeMap<>(kept));
  }

  Evictions wanted(Instant now) {
    return new Evictions(Optional.of(now), asked, times, kept, come);
  }

  boolean wantedLately(Duration limit, Instant now) {
    return wanted.filter(at -> at.plus(limit).isAfter(now)).isPresent();
  }

  Evictions asked(MachineId machine, EvictionTimes policy, Instant now) {
    Map<MachineId, Integer> more = new TreeMap<>(times);
    int so = more.merge(machine, 1, Integer::sum);
    Duration hold = ReconcilePolicy.grown(policy.hold(), policy.holdMax(), so);
    return new Evictions(wanted, Optional.of(new Asked(machine, now.plus(hold))), more, kept, come);
  }

  boolean isAsking(Instant now) {
    return asked.filter(last -> last.until().isAfter(now)).isPresent();
  }

  /** One that was asked stays: others may be asked at once. */
  Evictions refused(InstanceId id, String why, Instant until) {
    Map<InstanceId, SoftState.Hold> more = new TreeMap<>(kept);
    more.put(id, new SoftState.Hold(until, why, 1));
    Map<MachineId, Integer> less = new TreeMap<>(times);
    asked.ifPresent(last -> less.remove(last.machine()));
    return new Evictions(wanted, Optional.empty(), less, more, come);
  }

  /** It serves and has all that it wants: whatever was asked for has come. */
  Evictions served() {
    return asked.isEmpty() && times.isEmpty()
        ? this
        : new Evictions(wanted, Optional.empty(), Map.of(), kept, come);
  }

  /** Nothing came of what was asked for in all that time. */
  Evictions lapsed() {
    return new Evictions(wanted, Optional.empty(), times, kept, come);
  }

  /** What its instance {@code id} made room for is there. */
  Evictions come(InstanceId id) {
    return new Evictions(wanted, asked, times, kept, Optional.of(id));
  }

  /** Without what was asked for another recipe's sake. */
  Evictions forRecipe() {
    return new Evictions(wanted, Optional.empty(), Map.of(), Map.of(), come);
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
    return new Evictions(wanted, asked, times, left, come);
  }
}
