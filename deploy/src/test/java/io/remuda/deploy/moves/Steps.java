package io.remuda.deploy.moves;

import io.remuda.protocol.testing.Eventually;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts a step of load on a deployment that scales by itself: little, much, little again. Counts how
 * often it changed the direction in which it scales, and the requests that were not answered.
 */
final class Steps implements AutoCloseable {

  static final String USAGE =
      """
      usage: deploy/bench/scale.sh [ROUNDS] [--defaults]

        ROUNDS       steps of load, 1 to 1000; default 9
        --defaults   the windows that a fleet has by itself; else a tenth of them
      """;

  private static final String NAME = "stepped";
  private static final int MOST = 4;
  private static final int SLOTS = 4;
  private static final int LOW_PER_SECOND = 5;
  private static final int HIGH_PER_SECOND = 50;

  /** A deployment that flaps changes its direction more often in one step. */
  private static final int MOST_CHANGES = 2;

  private static final Duration PATIENT = Duration.ofSeconds(20);

  /** The windows of remuda.registry.scale. */
  private static final Duration UP = Duration.ofSeconds(3);

  private static final Duration DOWN = Duration.ofSeconds(60);
  private static final Duration HOLD = Duration.ofSeconds(30);

  private final SmallFleet fleet;
  private final Api api;
  private final PrintStream out;
  private final int part;

  /** What a step came to. */
  record Step(Directions directions, int requests, int failed) {
    boolean isGood() {
      return failed == 0
          && directions.ups() > 0
          && directions.downs() > 0
          && directions.changes() <= MOST_CHANGES;
    }
  }

  /**
   * @param part of the windows that a fleet has by itself: 1 for all of them, 10 for a tenth
   */
  private Steps(Path folder, int part, PrintStream out) {
    this.part = part;
    this.out = out;
    Map<String, Object> settings = new HashMap<>();
    settings.put("remuda.node.jvm.pace", "20ms");
    settings.put("remuda.node.capacity.cpus", 2 * MOST);
    settings.put("remuda.registry.scale.up-window", shown(UP));
    settings.put("remuda.registry.scale.down-window", shown(DOWN));
    settings.put("remuda.registry.scale.direction-hold", shown(HOLD));
    this.fleet = SmallFleet.start(folder, settings, Map.of());
    Ground.leaveAtExit(fleet, folder);
    this.api = new Api(fleet.url());
  }

  public static void main(String[] arguments) throws Exception {
    Optional<Rounds> wanted = Rounds.parse(arguments, "--defaults");
    if (wanted.isEmpty()) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Rounds rounds = wanted.orElseThrow();
    if (rounds.help()) {
      System.out.print(USAGE);
      return;
    }
    boolean good = false;
    try (Steps steps = new Steps(Ground.folder("steps"), rounds.flag() ? 1 : 10, System.out)) {
      good = steps.run(rounds.count());
    } catch (Exception | AssertionError e) {
      System.err.println("not measured: " + e);
    }
    System.exit(good ? 0 : 1);
  }

  private Duration window(Duration whole) {
    return whole.dividedBy(part);
  }

  private String shown(Duration whole) {
    return window(whole).toMillis() + "ms";
  }

  private boolean run(int rounds) throws Exception {
    out.printf(
        "fleet: registry, machine and gateway in one JVM; engine: in the JVM; %d, %d and %d"
            + " requests/s; up-window %s, down-window %s, direction-hold %s%n",
        LOW_PER_SECOND, HIGH_PER_SECOND, LOW_PER_SECOND, shown(UP), shown(DOWN), shown(HOLD));
    api.deploy(
        NAME,
        """
        {"engine":"jvm","model":"demo","slots":%d,"resources":{"memoryMiB":64,"cpus":1},\
        "scaling":{"min":1,"max":%d}}"""
            .formatted(SLOTS, MOST));
    List<Step> steps = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      api.awaitServing(NAME, 1, SLOTS);
      Step step = step();
      steps.add(step);
      out.printf(
          Locale.ROOT,
          "round %d  %d times up, %d times down, %d instances at most, %d changes of direction, %d"
              + " requests, %d failed%n",
          round,
          step.directions().ups(),
          step.directions().downs(),
          step.directions().most(),
          step.directions().changes(),
          step.requests(),
          step.failed());
    }
    int worst = steps.stream().mapToInt(step -> step.directions().changes()).max().orElseThrow();
    out.printf(
        "changes of direction: %d at most in %d rounds, %s; %d requests, %d failed%n",
        worst,
        rounds,
        worst <= MOST_CHANGES ? "no more than " + MOST_CHANGES : "MORE than " + MOST_CHANGES,
        steps.stream().mapToInt(Step::requests).sum(),
        steps.stream().mapToInt(Step::failed).sum());
    return steps.stream().allMatch(Step::isGood);
  }

  private Step step() throws Exception {
    long before = api.lastEvent(NAME);
    List<Asked> all = new ArrayList<>();
    all.addAll(under(LOW_PER_SECOND, () -> pass(window(HOLD))));
    all.addAll(
        under(
            HIGH_PER_SECOND,
            () -> {
              Eventually.isTrue("it has grown", Api.LIMIT, () -> directions(before).ups() > 0);
              // So long that it could shrink again, were the load not what it is.
              pass(window(DOWN).plus(window(HOLD)));
            }));
    all.addAll(
        under(
            LOW_PER_SECOND,
            () -> {
              Duration each = window(DOWN).plus(window(HOLD));
              Eventually.isTrue(
                  "it is back at one instance",
                  Api.LIMIT.plus(each.multipliedBy(MOST)),
                  () -> api.deployment(NAME).path("instances").size() == 1);
              pass(window(DOWN).plus(window(HOLD)));
            }));
    int failed = (int) all.stream().filter(one -> one.outcome() != Asked.Outcome.ANSWERED).count();
    return new Step(directions(before), all.size(), failed);
  }

  private Directions directions(long before) throws Exception {
    return Directions.of(api.events(NAME, before));
  }

  private List<Asked> under(int perSecond, Move.Action meanwhile) throws Exception {
    try (Askers askers = new Askers(fleet.url(), NAME, perSecond, PATIENT)) {
      meanwhile.run();
      return askers.end();
    }
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
