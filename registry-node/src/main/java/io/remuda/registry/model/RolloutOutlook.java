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
      case CANARY -> canary(sight, rollout);
    };
  }

  /** Whether a canary has what it needs and waits for nothing but somebody's word. */
  static boolean isWaitingForAWord(Sight sight) {
    return sight
        .state()
        .rollout()
        .filter(Rollout::isCanary)
        .filter(on -> on.reason().isEmpty())
        .filter(on -> ready(sight, on.to()) >= Canary.share(sight.state(), on))
        .isPresent();
  }

  /** The same, and nothing is missing of what served before. */
  static boolean isWell(Sight sight) {
    return isWaitingForAWord(sight) && missingOld(sight).isEmpty();
  }

  /** What is missing beside a canary of what serves when it is taken back. */
  static Optional<Lack> missingOld(Sight sight) {
    return sight
        .state()
        .rollout()
        .filter(Rollout::isCanary)
        .flatMap(on -> Lack.of(sight).filter(lack -> lack.revision() == on.from()));
  }

  private static String canary(Sight sight, Rollout rollout) {
    int share = Canary.share(sight.state(), rollout);
    String stands =
        ("version %d is a canary with %d percent of the requests: %d of %d ready, beside %d of what"
                + " it may replace")
            .formatted(
                rollout.to(),
                rollout.canary().orElse(0),
                ready(sight, rollout.to()),
                share,
                readyBut(sight, rollout.to()));
    String lacking =
        missingOld(sight)
            .map(
                old ->
                    "; %d of version %d not placed: %s"
                        .formatted(
                            old.count(), old.revision(), Outlook.waitsFor(sight, old.revision())))
            .orElse("");
    return isWaitingForAWord(sight)
        ? stands
            + lacking
            + ("; `remuda rollout promote %1$s` lets it take over, `remuda rollout rollback %1$s`"
                    + " takes it back")
                .formatted(sight.state().name())
        : stands + lacking + why(sight, share);
  }

  private static String rolling(Sight sight, Rollout rollout) {
    String counts =
        "version %d%s is rolled out: %d of %d ready, %d of what it replaces"
            .formatted(
                rollout.to(),
                rollout.back().isPresent()
                    ? ", which is version %d again,".formatted(rollout.back().getAsLong())
                    : "",
                ready(sight, rollout.to()),
                wanted(sight),
                readyBut(sight, rollout.to()));
    return counts + why(sight, wanted(sight));
  }

  /** Why there are fewer of the new version than {@code wanted}; nothing where it is not known. */
  private static String why(Sight sight, int wanted) {
    List<Instance> next = sight.current();
    Optional<String> starting =
        next.stream()
            .filter(instance -> !sight.ready(instance))
            .findFirst()
            .map(instance -> Outlook.standing(sight, instance));
    if (starting.isPresent()) {
      return "; " + starting.get();
    }
    boolean waits =
        next.size() < wanted
            && (sight.state().currentFile().isEmpty()
                || !Scheduler.fitsSomewhere(sight.fleet(), sight.need()));
    return waits ? "; the next one waits: " + waitsFor(sight) : "";
  }

  /** Why the next instance is not placed. */
  static String waitsFor(Sight sight) {
    return Outlook.waitsFor(sight, sight.state().goal());
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
                    rollout.code(),
                    rollout.canary(),
                    rollout.gap()));
  }

  private static int wanted(Sight sight) {
    return TenancyDecider.wanted(sight);
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
