package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.RolloutView.Stage;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.model.RolloutEvent.RolloutCompleted;
import io.remuda.registry.model.RolloutEvent.RolloutHalted;
import io.remuda.registry.placement.Need;
import io.remuda.registry.placement.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Instances of one recipe take the place of another's, as far as {@link RolloutPolicy} says. */
final class Replace {

  /** A machine that starts an engine for the third time will not do better at the fourth. */
  private static final int RESTARTS = 2;

  private final Round round;

  private Replace(Round round) {
    this.round = round;
  }

  /** Gives a rollout up that leads nowhere; what served before it is the goal from then on. */
  static void giveUpInVain(Round round) {
    Optional<Rollout> rollout = round.state().rollout();
    if (rollout.isEmpty() || round.state().live().isEmpty() || round.older()) {
      return;
    }
    if (round.state().wanted() == 0) {
      new Replace(round).endOfNothing(rollout.get());
    } else if (rollout.get().advances()) {
      new Replace(round).giveUpInVain(rollout.get());
    }
  }

  /**
   * Of what sleeps or was stopped nothing becomes ready. A recipe that has never served is not made
   * the only one by that; one that comes back has nothing left to replace.
   */
  private void endOfNothing(Rollout rollout) {
    if (rollout.stage() == Stage.RETURNING && round.state().instances().isEmpty()) {
      round.emit(completed(rollout));
    }
  }

  private RolloutCompleted completed(Rollout rollout) {
    return new RolloutCompleted(round.state().name(), rollout.goal(), rollout.gap(), round.now());
  }

  static void step(Round round, Rollout rollout) {
    if (round.older()) {
      return;
    }
    if (rollout.isCanary()) {
      Canary.step(round, rollout);
    } else {
      new Replace(round).step(rollout);
    }
  }

  /**
   * What is missing that would be placed now, were there room for it. A rollout that was given up
   * stands for as long as nobody puts it right, and what serves on is missed as it is without one.
   */
  static Optional<Lack> lack(Sight sight, Rollout rollout) {
    Round round = new Round(sight);
    if (rollout.isCanary()) {
      return Canary.lack(round, rollout);
    }
    RolloutPolicy.Scene scene =
        new Replace(round).scene(rollout, sight, sight.need(), round.wanted(), staying(sight));
    boolean goesOn = rollout.stage() != Stage.HALTED;
    return RolloutPolicy.lacksRoom(scene, goesOn)
        ? Optional.of(new Lack(rollout.goal(), Outlook.missing(sight), goesOn))
        : Optional.empty();
  }

  private void giveUpInVain(Rollout rollout) {
    Sight sight = round.sight();
    if (rollout.reason().isPresent()) {
      halt(rollout, rollout.reason().get(), ErrorCode.ENGINE_FAILED);
      return;
    }
    for (Instance instance : sight.current()) {
      Optional<InstanceReport> report = sight.report(instance);
      if (report.map(Replace::failsAgainAndAgain).orElse(false)) {
        String why = report.flatMap(InstanceReport::reason).orElse("its engine ends");
        halt(rollout, instance.id() + " fails again and again: " + why, ErrorCode.ENGINE_FAILED);
        return;
      }
    }
    if (canNeverFit(sight)) {
      String verdicts =
          Outlook.verdicts(sight).stream()
              .limit(Outlook.MACHINES_SHOWN)
              .map(Verdict::text)
              .collect(Collectors.joining("; "));
      halt(rollout, "no machine can ever hold it: " + verdicts, ErrorCode.CANNOT_BE_PLACED);
      return;
    }
    if (rollout.isCanary()
        && sight.current().stream().anyMatch(instance -> instance.readyAt().isPresent())) {
      // It has come to serve, and waits for somebody to say what is to become of it.
      return;
    }
    Duration limit = deadline(round);
    if (rollout.step().plus(limit).isBefore(round.now())) {
      halt(
          rollout,
          "nothing of it has become ready for %d s: %s"
              .formatted(limit.toSeconds(), RolloutOutlook.waitsFor(sight)),
          ErrorCode.TIMED_OUT);
    }
  }

  /** Whether its engine has ended so often that it will hardly come to serve. */
  static boolean failsForGood(Sight sight, Instance instance) {
    return sight.report(instance).map(Replace::failsAgainAndAgain).orElse(false);
  }

  private static boolean failsAgainAndAgain(InstanceReport report) {
    return report.phase() == Phase.BACKOFF && report.restarts() >= RESTARTS;
  }

  /** Only when machines have had the time to say that they are there. */
  private boolean canNeverFit(Sight sight) {
    return sight.current().isEmpty()
        && sight.state().currentFile().isPresent()
        && !round.fleet().braked()
        && round.fleet().watching().compareTo(round.policy().lostAfter()) > 0
        && !round.fleet().machines().isEmpty()
        && Outlook.verdicts(sight).stream().noneMatch(Verdict::everFits);
  }

  private void halt(Rollout rollout, String why, ErrorCode code) {
    round.emit(
        new RolloutHalted(
            round.state().name(),
            rollout.to(),
            LastWords.within(why, LastWords.JOURNALED_BYTES),
            code,
            round.now()));
  }

  private static Duration deadline(Round round) {
    return wish(round).deadline().orElse(round.policy().rollout().deadline());
  }

  /**
   * Whether one that is busy is still waited for. A rollout that has little time does not spend it
   * all on waiting for somebody to be idle.
   */
  static boolean isPatient(Round round, Rollout rollout) {
    Duration half = deadline(round).dividedBy(2);
    Duration most = round.policy().rollout().idlePatience();
    return rollout.step().plus(most.compareTo(half) < 0 ? most : half).isAfter(round.now());
  }

  /**
   * Whether there has been no room beside what serves for so long that it is no matter of a moment:
   * the place of one that has just ended, say, which its machine has not told of yet.
   */
  private static boolean cramped(Round round, boolean room) {
    round.remember(round.soft().roomy(room, round.now()));
    return round
        .soft()
        .cramped()
        .filter(since -> !since.plus(round.policy().rollout().roomPatience()).isAfter(round.now()))
        .isPresent();
  }

  /**
   * Whether it is to make room out of its own: not while another name is asked to, whose place it
   * would have besides.
   */
  static boolean makesItsOwnRoom(Round round, boolean room) {
    return cramped(round, room) && !round.soft().evictions().isAsking(round.now());
  }

  private static RolloutWish wish(Round round) {
    return round.state().live().orElseThrow().spec().policies().rollout();
  }

  private void step(Rollout rollout) {
    Sight sight = round.sight();
    int wanted = round.wanted();
    Need need = sight.need();
    List<Instance> next = staying(sight);
    RolloutPolicy.Step step = RolloutPolicy.next(scene(rollout, sight, need, wanted, next));
    if (step.complete() && rollout.stage() != Stage.HALTED) {
      round.emit(completed(rollout));
    }
    round.stopAll(
        instance -> step.stop().contains(instance.id()),
        "version %d takes its place".formatted(rollout.goal()));
    Resize resize = new Resize(round);
    resize.stopSurplus(next, next.size() - wanted);
    if (step.place() > 0 && !round.pausedByFailures()) {
      resize.place(step.place(), need);
    }
    resize.moveRefused(next);
  }

  private static List<Instance> staying(Sight sight) {
    return sight.current().stream().filter(instance -> !sight.onDrainingMachine(instance)).toList();
  }

  private RolloutPolicy.Scene scene(
      Rollout rollout, Sight sight, Need need, int wanted, List<Instance> next) {
    List<RolloutPolicy.Part> old = new ArrayList<>();
    boolean ending = false;
    for (Instance instance : round.state().instances().values()) {
      ending |= instance.stopping();
      if (!instance.stopping() && !next.contains(instance)) {
        old.add(part(round, sight, need, instance, isOfNeither(rollout, instance)));
      }
    }
    boolean room = Scheduler.fitsSomewhere(round.fleet(), need);
    return new RolloutPolicy.Scene(
        wanted,
        wish(round).surge(),
        wish(round).strategy(),
        !rollout.advances(),
        next.stream().map(instance -> part(round, sight, need, instance, false)).toList(),
        old,
        ending,
        room,
        !need.unfit().isEmpty(),
        isPatient(round, rollout),
        makesItsOwnRoom(round, room));
  }

  private static boolean isOfNeither(Rollout rollout, Instance instance) {
    return instance.revision() != rollout.from() && instance.revision() != rollout.to();
  }

  static RolloutPolicy.Part part(
      Round round, Sight sight, Need need, Instance instance, boolean ofNeither) {
    return new RolloutPolicy.Part(
        instance.id(),
        sight.ready(instance),
        // Whoever has it may be about to ask it something.
        !sight.leased(instance)
            && sight.report(instance).map(r -> r.inFlight() + r.queued() == 0).orElse(true),
        ofNeither || sight.onDrainingMachine(instance),
        Scheduler.fitsInstead(round.fleet(), need, instance.machine(), instance.claim()));
  }
}
