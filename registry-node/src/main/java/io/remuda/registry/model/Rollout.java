package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.RolloutView.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One recipe taking another one's place while instances of both may serve: hard state. There is
 * none where all instances are of the declared recipe.
 *
 * @param from revision that served when it began; what is kept or brought back when it fails
 * @param to revision that an operator wants in its place
 * @param begun when it began or was last begun again
 * @param reason while ROLLING or CANARY: why an instance of {@code to} failed, which halts it at
 *     the next look; of another stage: why
 * @param code of a HALTED one: what kind of reason it was
 * @param step when it last got anywhere: when it began, an instance of its goal was first ready, or
 *     one that was ready went, so that another one has to come
 * @param canary percent of the requests that {@code to} gets; present while CANARY
 * @param dark how long nobody took requests for its sake
 * @param back revision whose recipe {@code to} is again, where an operator wants that one back
 */
public record Rollout(
    long from,
    long to,
    Stage stage,
    Instant begun,
    Optional<String> reason,
    Optional<ErrorCode> code,
    Instant step,
    OptionalInt canary,
    Dark dark,
    OptionalLong back) {

  /**
   * The time in which nobody took requests.
   *
   * @param past what is over of it
   * @param since when the last one went, while there is none
   */
  public record Dark(Duration past, Optional<Instant> since) {
    public static final Dark NONE = new Dark(Duration.ZERO, Optional.empty());

    Dark begun(Instant at) {
      return since.isPresent() ? this : new Dark(past, Optional.of(at));
    }

    /** Two events may come from two nodes, whose clocks differ: a gap is never below nothing. */
    Dark over(Instant at) {
      return since
          .map(
              began -> new Dark(past.plus(positive(Duration.between(began, at))), Optional.empty()))
          .orElse(this);
    }

    private static Duration positive(Duration length) {
      return length.isNegative() ? Duration.ZERO : length;
    }
  }

  static Rollout begun(long from, long to, OptionalInt canary, OptionalLong back, Instant at) {
    return new Rollout(
        from,
        to,
        canary.isPresent() ? Stage.CANARY : Stage.ROLLING,
        at,
        Optional.empty(),
        Optional.empty(),
        at,
        canary,
        Dark.NONE,
        back);
  }

  /** The revision that all instances are to be of in the end. */
  public long goal() {
    return advances() ? to : from;
  }

  /** Whether {@code to} takes requests over, or begins to. */
  boolean advances() {
    return switch (stage) {
      case ROLLING, CANARY -> true;
      case HALTED, RETURNING -> false;
    };
  }

  /** For how long nobody took requests for its sake; empty where somebody always did. */
  Optional<Duration> gap() {
    long millis = dark.past().toMillis();
    return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
  }

  boolean isCanary() {
    return stage == Stage.CANARY;
  }

  /** An instance of {@code to} came to nothing. */
  Rollout failing(String why) {
    return advances() && reason.isEmpty() ? in(stage, Optional.of(why), code) : this;
  }

  /** Its time begins anew: nothing of it could become ready until now. */
  Rollout anew(Instant at) {
    return new Rollout(from, to, stage, at, reason, code, at, canary, Dark.NONE, back);
  }

  /** An instance of its goal was first ready, or such a one went. */
  Rollout stepped(Instant at) {
    return new Rollout(from, to, stage, begun, reason, code, at, canary, dark, back);
  }

  Rollout halted(String why, ErrorCode kind) {
    return in(Stage.HALTED, Optional.of(why), Optional.of(kind));
  }

  Rollout returning(String why) {
    return in(Stage.RETURNING, Optional.of(why), Optional.empty());
  }

  /** What was a canary takes over; its time begins. */
  Rollout promoted(Instant at) {
    return isCanary() ? in(Stage.ROLLING, reason, code).stepped(at) : this;
  }

  /** A canary with another share of the requests, for which it may need other instances. */
  Rollout weighed(int percent, Instant at) {
    return isCanary()
        ? new Rollout(from, to, stage, begun, reason, code, at, OptionalInt.of(percent), dark, back)
        : this;
  }

  Rollout with(Dark now) {
    return new Rollout(from, to, stage, begun, reason, code, step, canary, now, back);
  }

  private Rollout in(Stage next, Optional<String> why, Optional<ErrorCode> kind) {
    OptionalInt share = next == Stage.CANARY ? canary : OptionalInt.empty();
    return new Rollout(from, to, next, begun, why, kind, step, share, dark, back);
  }
}
