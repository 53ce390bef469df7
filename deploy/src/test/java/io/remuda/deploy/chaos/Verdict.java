package io.remuda.deploy.chaos;

import io.remuda.deploy.chaos.Round.Finding;
import io.remuda.deploy.check.Checker;
import io.remuda.deploy.check.Gaps;
import io.remuda.deploy.check.History;
import io.remuda.deploy.check.Invariant;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation;
import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.deploy.check.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one round was judged to be.
 *
 * @param requests all that clients asked
 * @param failed those of them without an answer
 * @param undue those of the failed that nothing excuses
 * @param gap the longest that any client was without an answer
 * @param wished from the fault's end until what ran was what is wished; empty when it never was
 * @param settled from there until all nodes were there too; empty when they never were
 * @param wrong what must never be
 * @param late promised times that were missed
 */
record Verdict(
    FaultKind kind,
    int requests,
    int failed,
    int undue,
    Duration gap,
    Optional<Duration> wished,
    Optional<Duration> settled,
    List<String> wrong,
    List<Finding> late,
    List<Finding> seen) {

  Verdict {
    wrong = List.copyOf(wrong);
    late = List.copyOf(late);
    seen = List.copyOf(seen);
  }

  /**
   * Judges a round by its history.
   *
   * @param limits what the invariants leave open
   * @param wished how long after the fault all was as wished again
   * @param settled when all nodes were there again, too
   */
  static Verdict of(
      Round round,
      List<Observation> seen,
      Limits limits,
      Optional<Duration> wished,
      Optional<Duration> settled) {
    List<Observation> all = new ArrayList<>(seen);
    // Changes of the round itself are judged over all rounds: here they would count as
    // disturbances.
    all.removeIf(Observation.DeploymentChanged.class::isInstance);
    Fault fault = round.fault();
    all.add(fault);
    History history = new History(all);
    List<Violation> violations = Checker.check(history, limits);
    List<Request> requests = history.all(Request.class);
    Duration gap = Gaps.longest(history, limits).getOrDefault(fault.kind(), Duration.ZERO);
    List<Finding> late = new ArrayList<>(round.goals());
    round.kind().gap().ifPresent(most -> late.add(finding("longest gap", gap, most)));
    wished
        .map(took -> finding("all as wished after it healed", took, Limits.PROMISED.settle()))
        .ifPresent(late::add);
    List<Finding> findings = new ArrayList<>(late);
    findings.addAll(round.demands());
    List<String> wrong =
        new ArrayList<>(violations.stream().map(each -> text(each, round.recorder())).toList());
    round.demands().stream()
        .filter(demand -> !demand.met())
        .forEach(demand -> wrong.add(demand.toString()));
    if (settled.isEmpty()) {
      wrong.add("it is not as wished again");
    }
    return new Verdict(
        round.kind(),
        requests.size(),
        (int) requests.stream().filter(each -> each.outcome() != Outcome.ANSWERED).count(),
        (int)
            violations.stream()
                .filter(each -> each.invariant() == Invariant.NO_UNDUE_FAILURE)
                .count(),
        gap,
        wished,
        settled.map(at -> at.minus(round.healed())),
        wrong,
        late.stream().filter(goal -> !goal.met()).toList(),
        findings);
  }

  private static Finding finding(String what, Duration seen, Duration most) {
    return new Finding(
        what,
        seen.compareTo(most) <= 0,
        "%.1f s of %.1f".formatted(Round.seconds(seen), Round.seconds(most)));
  }

  /** What was wrong, with what is known of the request that saw it. */
  static String text(Violation violation, Recorder recorder) {
    return violation.text()
        + violation.seen().stream().map(each -> told(each, recorder)).findFirst().orElse("");
  }

  private static String told(Observation seen, Recorder recorder) {
    return seen instanceof Request request
        ? "; asked at %.3f s, first byte %s, ended at %.3f s, served by %s, answered %s"
            .formatted(
                Round.seconds(request.begin()),
                request.firstByte().map(at -> "at %.3f s".formatted(Round.seconds(at))).orElse("-"),
                Round.seconds(request.end()),
                request.servedBy().map(Object::toString).orElse("-"),
                recorder.quoted(request.id()).orElse("-"))
        : "";
  }
}
