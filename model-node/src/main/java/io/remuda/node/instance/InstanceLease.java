package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Decision;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * What an instance does about leases: closes itself to others at once, answers when none of their
 * calls is under way and the number is on the disk, and lets go by its own clock. While a lease has
 * it, it takes no durable tasks. Belongs to one actor.
 */
final class InstanceLease {

  /** What happened meanwhile. */
  sealed interface News {}

  /** The number is kept and nobody else's call is under way; or the number could not be kept. */
  record Cleared(LeaseToken grant, Optional<Throwable> problem) implements News {}

  /** No durable task is under way any more. */
  record Rests(LeaseToken grant) implements News {}

  /** The wait for other calls has taken too long. */
  record NotCleared(LeaseToken grant) implements News {}

  /** The time to live may be over. */
  record TimeUp() implements News {}

  /** Calls of a lease that is over had time to end. */
  record GraceOver(LeaseId lease) implements News {}

  private record Asked(
      LeaseToken grant,
      Duration ttl,
      CompletionStage<Void> kept,
      List<Consumer<Optional<Refused>>> answers) {}

  private static final String TIME = "lease";
  private static final String GRACE = "lease grace";

  private final InstanceId id;
  private final Work work;
  private final LeaseFile file;
  private final LeaseTimes times;
  private final Standing standing;
  private final InstanceTasks tasks;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private final LeaseGate gate;
  private Optional<Asked> asked = Optional.empty();
  private CompletionStage<Void> tasksOver = CompletableFuture.completedFuture(null);

  InstanceLease(
      Work work,
      Surroundings around,
      Standing standing,
      InstanceTasks tasks,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.id = standing.id();
    this.work = work;
    this.file = new LeaseFile(standing.id(), around, log);
    this.times = around.settings().lease();
    this.standing = standing;
    this.tasks = tasks;
    this.timers = timers;
    this.log = log;
    this.gate = standing.shown().lease();
    Tenure left = gate.tenure();
    if (left.mode() == Mode.CLEARING) {
      // Whoever waited for it asks again.
      timer(new NotCleared(left.grant().orElseThrow()), times.clear());
    } else if (left.mode() != Mode.FREE) {
      timeAfter(left);
    }
  }

  /** Whether the instance is not everybody's now, so that it takes no tasks. */
  private boolean lent() {
    return gate.tenure().lent();
  }

  /** Obeys or refuses; answered as {@code HoldInstance} says. */
  void hold(ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    Duration ttl = order.ttl();
    Consumer<Optional<Refused>> answer = order.answer();
    Tenure before = gate.tenure();
    Decision decision = TenureDecider.hold(id, before, grant, ttl, gate.now());
    Optional<Refused> refused =
        decision.refused().or(() -> notNow(before, grant)).or(() -> shared(before, grant));
    if (refused.isPresent()) {
      log.info(
          "refused lease={} instance={} reason={}", grant.lease(), id, refused.get().message());
      answer.accept(refused);
      return;
    }
    if (decision.step() == TenureDecider.Step.RENEWED) {
      renew(decision.tenure(), ttl, answer);
      return;
    }
    if (isAsked(grant)) {
      asked.get().answers().add(answer);
      return;
    }
    refuseAsked(ErrorCode.STALE_LEASE, "a later lease has taken the instance");
    clear(decision.tenure(), grant, ttl, answer);
  }

  /** Only what was granted to it before is held by an instance that is not ready. */
  private Optional<Refused> notNow(Tenure before, LeaseToken grant) {
    boolean known = before.isOf(grant) && standing.phase() != Phase.DRAINING;
    return known || standing.phase() == Phase.READY
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                ErrorCode.MODEL_NOT_READY,
                "%s is %s and cannot be leased now; grant another instance"
                    .formatted(id, standing.phase())));
  }

  private Optional<Refused> shared(Tenure before, LeaseToken grant) {
    return before.isOf(grant)
        ? Optional.empty()
        : SharesDecider.objection(id, SharesDecider.expire(gate.shares(), gate.now()), grant);
  }

  private void renew(Tenure longer, Duration ttl, Consumer<Optional<Refused>> answer) {
    gate.become(longer);
    timeAfter(longer);
    if (file.covers(ttl)) {
      answer.accept(Optional.empty());
    } else {
      answerWhen(file.keep(longer.grant().orElseThrow(), true, ttl), answer);
    }
  }

  private void answerWhen(CompletionStage<Void> kept, Consumer<Optional<Refused>> answer) {
    kept.whenComplete(
        (done, why) ->
            answer.accept(why == null ? Optional.empty() : Optional.of(file.notKept(why))));
  }

  private void clear(
      Tenure clearing, LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer) {
    boolean free = !lent();
    gate.become(clearing);
    asked =
        Optional.of(
            new Asked(grant, ttl, file.keep(grant, true, ttl), new ArrayList<>(List.of(answer))));
    gate.cutStale();
    if (free) {
      tasksOver = tasks.end();
    }
    standing.say(standing.state().reason());
    timer(new NotCleared(grant), times.clear());
    CompletionStage<Void> own =
        standing
            .running()
            .map(engine -> engine.rests(grant.number()))
            .orElseGet(() -> CompletableFuture.completedStage(null));
    tasksOver
        .handle((none, why) -> none)
        .thenCompose(none -> own)
        .thenRun(() -> work.tell(new ModelInstance.OfLease(new Rests(grant))));
  }

  /** Lets go, if it is this that holds the instance; answered when the next JVM would know it. */
  void release(ModelInstance.Release order) {
    Tenure before = gate.tenure();
    Tenure after = TenureDecider.release(before, order.grant());
    if (!after.equals(before)) {
      answerWhen(freed(after, Duration.ZERO), order.answer());
      refuseAsked(ErrorCode.ENDED, "the lease was let go of before it held the instance");
    } else if (after.isOf(order.grant())) {
      // It was told before; what was to be written then may have failed.
      answerWhen(file.keep(order.grant(), false, Duration.ZERO), order.answer());
    } else {
      answerWhen(file.last(), order.answer());
    }
  }

  /** What happened meanwhile; what is out of date changes nothing. */
  void heard(News news) {
    if (news instanceof Cleared cleared) {
      onCleared(cleared);
    } else if (news instanceof Rests rests) {
      onRests(rests.grant());
    } else if (news instanceof NotCleared late) {
      onNotCleared(late.grant());
    } else if (news instanceof GraceOver over) {
      gate.cutStale(over.lease());
    } else {
      Tenure before = gate.tenure();
      Tenure after = TenureDecider.expire(before, gate.now());
      if (after.mode() != before.mode()) {
        freed(after, times.grace());
      } else if (before.mode() == Mode.HELD || before.mode() == Mode.UNTOLD) {
        timeAfter(before);
      }
    }
  }

  /** Not before: a task that waits for its permit is none that the gate counts. */
  private void onRests(LeaseToken grant) {
    if (isAsked(grant)) {
      work.then(
          asked.get().kept().thenCombine(standing.gate().whenEmpty(), (kept, none) -> kept),
          (done, why) -> new ModelInstance.OfLease(new Cleared(grant, Optional.ofNullable(why))));
    }
  }

  private boolean isAsked(LeaseToken grant) {
    return asked.filter(waiting -> waiting.grant().equals(grant)).isPresent();
  }

  private void onCleared(Cleared cleared) {
    Tenure before = gate.tenure();
    if (!isAsked(cleared.grant())) {
      return;
    }
    if (cleared.problem().isPresent()) {
      freed(TenureDecider.release(before, cleared.grant()), Duration.ZERO);
      answerAsked(Optional.of(file.notKept(cleared.problem().get())));
      return;
    }
    Tenure after = TenureDecider.cleared(before, cleared.grant(), asked.get().ttl(), gate.now());
    gate.become(after);
    timeAfter(after);
    log.info("leased lease={} instance={}", cleared.grant().lease(), id);
    standing.say(standing.state().reason());
    answerAsked(Optional.empty());
  }

  private void onNotCleared(LeaseToken grant) {
    Tenure before = gate.tenure();
    if (before.mode() != Mode.CLEARING || !before.isOf(grant)) {
      return;
    }
    freed(TenureDecider.release(before, grant), Duration.ZERO);
    refuseAsked(
        ErrorCode.BUSY,
        "other calls were not over within %s; grant another instance".formatted(times.clear()));
  }

  /** The instance ends: it is granted to nobody any more. */
  void stop() {
    refuseAsked(ErrorCode.MODEL_NOT_READY, "the instance is being stopped; grant another");
  }

  /**
   * From now on it is everybody's; what is under way under a lease ends within {@code grace}.
   *
   * @return completed when the next JVM would know it
   */
  private CompletionStage<Void> freed(Tenure free, Duration grace) {
    boolean was = lent();
    LeaseId over = gate.tenure().grant().filter(had -> was).or(free::grant).orElseThrow().lease();
    gate.become(free);
    timers.cancel(TIME);
    if (grace.isZero()) {
      gate.cutStale(over);
    } else {
      timers.startSingleTimer(GRACE, new ModelInstance.OfLease(new GraceOver(over)), grace);
    }
    CompletionStage<Void> kept = file.keep(free.grant().orElseThrow(), false, Duration.ZERO);
    if (was) {
      log.info("free again instance={}", id);
      if (standing.phase() == Phase.READY) {
        tasks.begin();
      }
      standing.say(standing.state().reason());
    }
    return kept;
  }

  private void answerAsked(Optional<Refused> refused) {
    asked.ifPresent(waiting -> waiting.answers().forEach(answer -> answer.accept(refused)));
    asked = Optional.empty();
  }

  private void refuseAsked(ErrorCode code, String why) {
    answerAsked(Optional.of(Refused.of(code, id + ": " + why)));
  }

  private void timeAfter(Tenure timed) {
    long nanos = Math.max(0, timed.until() - gate.now());
    timer(new TimeUp(), Duration.ofNanos(nanos).plusMillis(1));
  }

  private void timer(News news, Duration after) {
    timers.startSingleTimer(TIME, new ModelInstance.OfLease(news), after);
  }
}
