package io.remuda.registry.model;

import io.remuda.protocol.model.RolloutView;
import io.remuda.registry.placement.Scheduler;
import java.util.List;
import java.util.Optional;

/** Where a rollout stands and why, for operators and for the catalog. */
final class RolloutOutlook {

  private RolloutOutlook() {}

  /** A sentence; empty where no rollout goes on. */
  static Optional<String> reason(Sight sight) {
    return sight.state().rollout().map(rollout -> reason(sight, rollout));
  }

  private static String reason(Sight sight, Rollout rollout) {
    return switch (rollout.stage()) {
      case ROLLING -> rolling(sight, rollout);
      case HALTED ->
          ("the rollout of version %d was given up and version %d serves on: %s; put it right and"
                  + " deploy it again with --update, or `remuda rollout rollback %s`")
              .formatted(
                  rollout.to(),
                  rollout.from(),
                  rollout.reason().orElse("no reason given"),
                  sight.state().name());
      case RETURNING ->
          "version %d comes back, %s: %d of %d ready"
              .formatted(
                  rollout.from(),
                  rollout.reason().orElse("no reason given"),
                  ready(sight, rollout.from()),
                  wanted(sight));
    };
  }

  private static String rolling(Sight sight, Rollout rollout) {
    String counts =
        "version %d is rolled out: %d of %d ready, %d of what it replaces"
            .formatted(
                rollout.to(),
                ready(sight, rollout.to()),
                wanted(sight),
                readyBut(sight, rollout.to()));
    List<Instance> next = sight.current();
    Optional<String> starting =
        next.stream()
            .filter(instance -> !sight.ready(instance))
            .findFirst()
            .map(instance -> Outlook.standing(sight, instance));
    if (starting.isPresent()) {
      return counts + "; " + starting.get();
    }
    boolean waits =
        next.size() < wanted(sight)
            && (sight.state().currentFile().isEmpty()
                || !Scheduler.fitsSomewhere(sight.fleet(), sight.need()));
    return waits ? counts + "; the next one waits: " + waitsFor(sight) : counts;
  }

  /** Why the next instance is not placed. */
  static String waitsFor(Sight sight) {
    return Outlook.waitsFor(sight);
  }

  static Optional<RolloutView> view(Sight sight) {
    return sight
        .state()
        .rollout()
        .map(
            rollout ->
                new RolloutView(
                    rollout.from(),
                    rollout.to(),
                    rollout.stage(),
                    sight.state().live().orElseThrow().spec().policies().rollout().strategy(),
                    wanted(sight),
                    ready(sight, rollout.from()),
                    ready(sight, rollout.to()),
                    rollout.begun(),
                    reason(sight, rollout),
                    rollout.code()));
  }

  private static int wanted(Sight sight) {
    return sight.state().wanted();
  }

  private static long count(Sight sight, java.util.function.Predicate<Instance> which) {
    return sight.state().instances().values().stream()
        .filter(instance -> sight.ready(instance) && which.test(instance))
        .count();
  }

  private static int ready(Sight sight, long revision) {
    return (int) count(sight, instance -> instance.revision() == revision);
  }

  private static int readyBut(Sight sight, long revision) {
    return (int) count(sight, instance -> instance.revision() != revision);
  }
}
