package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** One fault, from its begin until all is as wished again; what a script of {@link Faults} uses. */
final class Round {

  /** What must be so, and whether it was. */
  record Finding(String what, boolean met, String seen) {
    @Override
    public String toString() {
      return "%s: %s%s".formatted(what, seen, met ? "" : " (MISSED)");
    }
  }

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration LEASES = Duration.ofSeconds(30);

  private final FaultKind kind;
  private final Stage stage;
  private final Recorder recorder;
  private final Changes changes;
  private final Watch watch;
  private final RandomGenerator random;
  private final boolean brief;
  private final List<Finding> goals = new ArrayList<>();
  private final List<Finding> demands = new ArrayList<>();
  private Set<String> parts = Set.of();
  private Duration began = Duration.ZERO;
  private Optional<Duration> healed = Optional.empty();

  Round(
      FaultKind kind,
      Stage stage,
      Recorder recorder,
      Watch watch,
      RandomGenerator random,
      boolean brief) {
    this.kind = kind;
    this.stage = stage;
    this.recorder = recorder;
    this.changes = new Changes(stage.door(), recorder);
    this.watch = watch;
    this.random = random;
    this.brief = brief;
  }

  Stage stage() {
    return stage;
  }

  Recorder recorder() {
    return recorder;
  }

  RandomGenerator random() {
    return random;
  }

  Watch.Look look() {
    return watch.last();
  }

  <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** A length that differs between the two forms. */
  Duration of(Duration inShort, Duration inLong) {
    return brief ? inShort : inLong;
  }

  /**
   * From now on something is broken.
   *
   * @param broken what requests may fail on, by name
   */
  void breaks(String... broken) {
    parts = Set.of(broken);
    began = recorder.now();
    stage.broken().begins(parts, began);
  }

  /** From now on nothing is broken any more. */
  void heals() {
    healed = Optional.of(recorder.now());
    stage.broken().heals(healed());
    watch.heals(healed());
  }

  /** The time since the fault began. */
  Duration sinceBegin() {
    return recorder.now().minus(began);
  }

  Duration began() {
    return began;
  }

  Duration healed() {
    return healed.orElse(began);
  }

  /** Lets the time pass until so long after the fault's begin. */
  void lasts(Duration length) {
    pass(length.minus(sinceBegin()));
  }

  static void pass(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /**
   * Waits until a look, made after this moment, is as it should be; empty when none was. The time
   * is that at which all was known that was wished.
   */
  Optional<Duration> until(Predicate<Watch.Look> wished, Duration limit) {
    return watch.until(wished, limit).map(Watch.Look::known);
  }

  /**
   * Waits until changes are accepted again, and says how long after the begin that was. Waits a
   * minute at most: when one is still refused then, a promised time is missed, and the fault may
   * heal.
   */
  Optional<Duration> untilChangesAreAccepted() {
    return changes.accepted(PATIENCE).map(at -> at.minus(began));
  }

  /** Afterwards every registry node must take changes again. */
  void demandChanges(Duration limit) {
    boolean accepted = changes.accepted(limit).isPresent();
    demand(
        "changes are accepted afterwards",
        accepted,
        accepted ? "yes" : "not within %.0f s".formatted(seconds(limit)));
  }

  /**
   * Afterwards leases can be had again, and within the promised time.
   *
   * @param since when all was as wished
   */
  void demandLeases(Holders holders, Duration since, Duration limit) {
    Optional<Duration> had = holders.had(since, limit).map(at -> at.minus(since));
    goal("leases are had again", had, LEASES);
    demand(
        "leases are had afterwards",
        had.isPresent(),
        had.isPresent() ? "yes" : "not within %.0f s".formatted(seconds(limit)));
  }

  /** Declares a name without a replica and says whether that was accepted. */
  boolean change() {
    return changes.one();
  }

  /** A time that is promised. On a machine that has other work it may be missed. */
  void goal(String what, Duration seen, Duration most) {
    boolean met = seen.compareTo(most) <= 0;
    goals.add(new Finding(what, met, "%.1f s of %.1f".formatted(seconds(seen), seconds(most))));
  }

  /** The same of something that may not have come to pass for as long as it was waited for. */
  void goal(String what, Optional<Duration> seen, Duration most) {
    seen.ifPresentOrElse(
        after -> goal(what, after, most),
        () -> goals.add(new Finding(what, false, "never, of %.1f s".formatted(seconds(most)))));
  }

  /** Something that must be so on every machine. */
  void demand(String what, boolean met, Object seen) {
    demands.add(new Finding(what, met, String.valueOf(seen)));
  }

  FaultKind kind() {
    return kind;
  }

  /** What this round was, for the checker. */
  Fault fault() {
    return new Fault(kind.name(), parts, began, Optional.of(healed()));
  }

  List<Finding> goals() {
    return List.copyOf(goals);
  }

  List<Finding> demands() {
    return List.copyOf(demands);
  }

  static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
