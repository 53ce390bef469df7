package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.DeploymentView;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.placement.Scheduler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a deployment stands and why, for operators and for the catalog.
 *
 * @param reason present whenever it is not as wanted, or a canary waits for somebody's word: a
 *     sentence, machine by machine where it waits for room
 * @param returns whether requests that wait may bring an instance, though none is ready
 * @param spare how many instances stay for the next lease alone
 */
public record Outlook(
    DeploymentPhase phase, int ready, Optional<String> reason, boolean returns, int spare) {

  /** So many failures in a row are no accident. */
  private static final int FAILED_AFTER = 3;

  static final int MACHINES_SHOWN = 6;

  /** One that serves, or that no request brings an instance. */
  Outlook(DeploymentPhase phase, int ready, Optional<String> reason) {
    this(phase, ready, reason, false, 0);
  }

  /** The same, and so many of the ready ones stay for the next lease alone. */
  private Outlook sparing(int most) {
    return new Outlook(phase, ready, reason, returns, most);
  }

  /** One verdict a machine, for one more instance. */
  static List<Verdict> verdicts(Sight sight) {
    return sight.state().live().isEmpty()
        ? List.of()
        : Scheduler.verdicts(sight.fleet(), sight.need());
  }

  /** How many more instances are wanted than are placed, by leases too. */
  public static int missing(Sight sight) {
    return Math.max(0, TenancyDecider.wanted(sight) - placed(sight).size());
  }

  /** The deployment as operators see it; empty when the name is not declared. */
  static Optional<DeploymentView> view(Sight sight) {
    ModelState state = sight.state();
    Outlook outlook = of(sight);
    return state
        .live()
        .map(
            live ->
                new DeploymentView(
                    state.name(),
                    state.schema().map(live.spec()::withSchema).orElse(live.spec()),
                    live.version(),
                    outlook.phase(),
                    outlook.ready(),
                    outlook.reason(),
                    instances(sight),
                    live.createdAt(),
                    live.self(),
                    RolloutOutlook.view(sight),
                    ScaleDecider.view(sight)));
  }

  /** The same after a change was taken; after a removal, what is left: nothing. */
  static Optional<DeploymentView> viewAfterChange(Sight sight) {
    ModelState state = sight.state();
    return view(sight)
        .or(
            () ->
                state
                    .declaration()
                    .map(
                        last ->
                            new DeploymentView(
                                state.name(),
                                last.spec(),
                                state.sequence(),
                                DeploymentPhase.ENDED,
                                0,
                                Optional.empty(),
                                List.of(),
                                last.createdAt(),
                                last.self(),
                                Optional.empty(),
                                Optional.empty())));
  }

  /** All instances, also those of a removed name that are still stopping. */
  static List<InstanceView> instances(Sight sight) {
    return InstanceView.withinOneMessage(
        sight.state().instances().values().stream().map(sight::view).toList());
  }

  public static Outlook of(Sight sight) {
    return DependsDecider.withParts(
        sight.state(), sight.parts(), alone(sight).sparing(LingerDecider.spare(sight)));
  }

  private static Outlook alone(Sight sight) {
    if (sight.state().live().isEmpty()) {
      return new Outlook(DeploymentPhase.ENDED, 0, Optional.empty());
    }
    int wanted = sight.state().wanted();
    int ready = (int) sight.state().instances().values().stream().filter(sight::ready).count();
    if (wanted == 0) {
      return new Outlook(
          DeploymentPhase.STOPPED,
          0,
          sight.state().sleeps()
              ? Optional.of(ScaleDecider.asleep(sight.state()) + "; the next request starts it")
              : Optional.empty());
    }
    Optional<String> behind = behind(sight);
    Optional<String> rollout = RolloutOutlook.reason(sight);
    // Of a recipe that no machine has described yet nothing is ready, whatever the last one does.
    if (ready >= wanted && (sight.state().currentFile().isPresent() || rollout.isPresent())) {
      Optional<String> why = behind.or(() -> rollout);
      boolean well = why.isEmpty() || (behind.isEmpty() && RolloutOutlook.isWell(sight));
      return new Outlook(well ? DeploymentPhase.READY : DeploymentPhase.DEGRADED, ready, why);
    }
    String reason =
        behind.orElseGet(
            () ->
                Stream.of(rollout.orElse(""), reason(sight, wanted))
                    .filter(why -> !why.isEmpty())
                    .collect(Collectors.joining("; ")));
    if (ready > 0) {
      return new Outlook(DeploymentPhase.DEGRADED, ready, Optional.of(reason));
    }
    return new Outlook(
        withoutReady(sight),
        0,
        Optional.of(reason),
        behind.isEmpty() && MakeRoom.mayCome(sight),
        0);
  }

  /** That the journal is older than what runs, and what to do; nothing where it is not. */
  static Optional<String> behind(Sight sight) {
    Map<InstanceId, MachineId> ahead = sight.ahead();
    if (ahead.isEmpty()) {
      return Optional.empty();
    }
    String shown =
        ahead.entrySet().stream()
            .limit(MACHINES_SHOWN)
            .map(entry -> entry.getKey() + " on " + entry.getValue())
            .collect(Collectors.joining(", "));
    return Optional.of(
        ("the journal is older than the fleet: it ends at event %d of %s and has none that placed"
                + " %s; nothing that it does not know is stopped, and nothing is placed or started;"
                + " restore a later backup, or end those engines on their machines")
            .formatted(sight.state().sequence(), sight.state().name(), shown));
  }

  private static DeploymentPhase withoutReady(Sight sight) {
    List<Instance> current = placed(sight);
    if (sight.state().failures().count() >= FAILED_AFTER
        || current.stream().anyMatch(instance -> failsAgainAndAgain(sight, instance))) {
      return DeploymentPhase.FAILED;
    }
    if (current.stream().anyMatch(instance -> sight.phase(instance) == Phase.SUSPECT)) {
      return DeploymentPhase.DEGRADED;
    }
    if (!current.isEmpty() || sight.state().failures().count() > 0) {
      return DeploymentPhase.STARTING;
    }
    return DeploymentPhase.PENDING;
  }

  /** What its machine refused waits for room like what was never placed. */
  private static List<Instance> placed(Sight sight) {
    return sight.counted().stream().filter(instance -> sight.refusal(instance).isEmpty()).toList();
  }

  private static boolean failsAgainAndAgain(Sight sight, Instance instance) {
    return sight
        .report(instance)
        .map(
            report ->
                report.phase() == Phase.FAILED
                    || (report.phase() == Phase.BACKOFF && report.restarts() >= FAILED_AFTER - 1))
        .orElse(false);
  }

  private static String reason(Sight sight, int wanted) {
    List<String> parts = new ArrayList<>();
    List<Instance> current = placed(sight);
    for (Instance instance : current) {
      if (!sight.ready(instance)) {
        parts.add(standing(sight, instance));
      }
    }
    int missing = wanted - current.size();
    if (missing > 0 && RolloutOutlook.missingOld(sight).isEmpty()) {
      sight
          .state()
          .given()
          .ifPresent(
              given ->
                  parts.add(
                      given.reason() + ", and comes back when there is room or it is asked for"));
      parts.add("%d of %d not placed: %s".formatted(missing, wanted, waitsFor(sight)));
    }
    return String.join("; ", parts.subList(0, Math.min(parts.size(), MACHINES_SHOWN)));
  }

  static String standing(Sight sight, Instance instance) {
    InstanceView view = sight.view(instance);
    return view.instance()
        + " is "
        + view.phase()
        + view.reason().map(because -> " (" + because + ")").orElse("");
  }

  static int remoteness(Verdict verdict) {
    return verdict.everFits() ? 0 : verdict.predicate().equals("engine") ? 2 : 1;
  }

  /** Why the next instance is not placed. */
  static String waitsFor(Sight sight) {
    return waitsFor(sight, Lack.of(sight).map(Lack::revision).orElse(sight.state().goal()));
  }

  /** Why the next instance of a recipe is not placed. */
  static String waitsFor(Sight sight, long revision) {
    ModelState state = sight.state();
    if (sight.fleet().machines().isEmpty()) {
      return "no machine has joined; start one with `remuda model --seed ...`";
    }
    if (state.failures().count() > 0) {
      return "the last instance failed and the next one waits for a pause: "
          + state.failures().reason().orElse("no reason given");
    }
    List<Verdict> verdicts = Scheduler.verdicts(sight.fleet(), sight.need(revision));
    boolean noneCould = verdicts.stream().noneMatch(Verdict::everFits);
    // Of none that can be asked each says itself why not, as one that obeys another journal.
    boolean noneIsAsked = sight.fleet().machines().values().stream().noneMatch(sight::speaks);
    boolean isNew = state.live().map(now -> now.revision() == revision).orElse(false);
    if (isNew && state.currentFile().isEmpty() && !noneCould && !noneIsAsked) {
      return sight.soft().absent().isEmpty()
          ? "asking a machine about the model"
          : sight.soft().absent().entrySet().stream()
              .limit(MACHINES_SHOWN)
              .map(entry -> entry.getKey() + ": " + entry.getValue().reason())
              .collect(Collectors.joining("; "));
    }
    String more =
        verdicts.size() > MACHINES_SHOWN
            ? "; and %d more machines".formatted(verdicts.size() - MACHINES_SHOWN)
            : "";
    // Those that could take it some day first: there waiting or making room helps.
    return verdicts.stream()
            .sorted(Comparator.comparing(Outlook::remoteness))
            .limit(MACHINES_SHOWN)
            .map(Verdict::text)
            .collect(Collectors.joining("; "))
        + more;
  }
}
