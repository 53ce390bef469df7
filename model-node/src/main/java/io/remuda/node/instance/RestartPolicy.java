package io.remuda.node.instance;

import io.remuda.protocol.model.InstanceReport.FailureKind;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Whether and when an engine that ended is started again: after a pause that doubles with every
 * failure in a row up to a cap, of which a random share is taken (full jitter), so that what failed
 * together does not come back together.
 *
 * @param firstPause the most that is waited after the first failure
 * @param longestPause the most that is ever waited
 * @param stableAfter an engine that was ready for so long has no failures in a row any more
 * @param giveUpAfter failures in a row after which nothing is tried again
 */
public record RestartPolicy(
    Duration firstPause, Duration longestPause, Duration stableAfter, int giveUpAfter) {

  /** How an engine ended. */
  public enum End {
    /** By itself, or killed. */
    EXITED(FailureKind.EXITED),
    /** Memory ran out, as its last words say. */
    OUT_OF_MEMORY(FailureKind.OUT_OF_MEMORY),
    /** A server that is not ours does not answer; it may come back at any time. */
    AWAY(FailureKind.EXITED),
    /** Nothing that starting it again could change, such as a profile that forbids an option. */
    NOT_STARTABLE(FailureKind.NOT_STARTABLE);

    private final FailureKind kind;

    End(FailureKind kind) {
      this.kind = kind;
    }

    /** What the registry is told when nothing is tried again after it. */
    FailureKind kind() {
      return kind;
    }
  }

  /** What is done next. */
  public sealed interface Decision {
    /**
     * Start it again.
     *
     * @param failures in a row, this one counted
     */
    record Again(Duration pause, int failures) implements Decision {}

    /** Nothing more; the sentence says why and what to do. */
    record GiveUp(String sentence) implements Decision {}
  }

  /**
   * Decides after an end.
   *
   * @param failuresBefore in a row, this one not counted
   * @param readyFor how long the engine had been ready; zero when it never was
   */
  public Decision decide(End end, int failuresBefore, Duration readyFor, RandomGenerator random) {
    int failures = readyFor.compareTo(stableAfter) >= 0 ? 1 : failuresBefore + 1;
    if (end == End.NOT_STARTABLE) {
      return new Decision.GiveUp("it cannot be started as it is declared; change the deployment");
    }
    if (end == End.OUT_OF_MEMORY && readyFor.isZero()) {
      return new Decision.GiveUp(
          "the model does not fit here; give it more memory, lower the context, or let it run on"
              + " another machine");
    }
    if (failures >= giveUpAfter && end != End.AWAY) {
      return new Decision.GiveUp(
          "it failed " + failures + " times in a row; mend the cause and deploy it again");
    }
    return new Decision.Again(pause(failures, random), failures);
  }

  private Duration pause(int failures, RandomGenerator random) {
    long most = longestPause.toMillis();
    // From 2^30 on every first pause is over the cap; a wider shift would overflow.
    long grown = firstPause.toMillis() << Math.min(failures - 1, 30);
    return Duration.ofMillis(random.nextLong(Math.min(most, Math.max(1, grown)) + 1));
  }
}
