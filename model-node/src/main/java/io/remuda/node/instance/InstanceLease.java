package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Decision;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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

  /** The wait for other calls has taken too long. */
  record NotCleared(LeaseToken grant) implements News {}

  /** The time to live may be over. */
  record TimeUp() implements News {}

  /** Calls of leases that are over had time to end. */
  record GraceOver() implements News {}

  private record Asked(LeaseToken grant, Duration ttl, List<Consumer<Optional<Refused>>> answers) {}

  private static final String TIME = "lease";
  private static final String GRACE = "lease grace";

  private final InstanceId id;
  private final Work work;
  private final InstanceFolder folders;
  private final Executor blocking;
  private final LeaseTimes times;
  private final Standing standing;
  private final InstanceTasks tasks;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private final LeaseGate gate;
  private Optional<Asked> asked = Optional.empty();
  private CompletionStage<Void> tasksOver = CompletableFuture.completedFuture(null);
  // One file, written from any thread: each after the one before.
  private CompletionStage<Void> written = CompletableFuture.completedFuture(null);
  // Written where the file is: what the next JVM would wait for.
  private volatile long keptMillis;

  InstanceLease(
      Work work,
      Surroundings around,
      Standing standing,
      InstanceTasks tasks,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.id = standing.id();
    this.work = work;
    this.folders = around.folders();
    this.blocking = around.blocking();
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
  boolean lent() {
    return gate.tenure().mode() != Mode.FREE;
  }

  /** Obeys or refuses; answered as {@code HoldInstance} says. */
  void hold(ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    Duration ttl = order.ttl();
    Consumer<Optional<Refused>> answer = order.answer();
    Tenure before = gate.tenure();
    Decision decision = TenureDecider.hold(id, before, grant, ttl, gate.now());
    Optional<Refused> refused = decision.refused().or(() -> notNow(before, grant));
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
    if (asked.isPresent() && asked.get().grant().equals(grant)) {
      asked.get().answers().add(answer);
      return;
    }
    refuseAsked(ErrorCode.STALE_LEASE, "a later lease has taken the instance");
    asked = Optional.of(new Asked(grant, ttl, new ArrayList<>(List.of(answer))));
    clear(decision.tenure(), grant, ttl);
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

  private void renew(Tenure longer, Duration ttl, Consumer<Optional<Refused>> answer) {
    gate.become(longer);
    timeAfter(longer);
    if (ttl.toMillis() <= keptMillis) {
      answer.accept(Optional.empty());
      return;
    }
    LeaseToken grant = longer.grant().orElseThrow();
    keep(grant, true, ttl)
        .whenComplete(
            (done, why) ->
                answer.accept(why == null ? Optional.empty() : Optional.of(notKept(why))));
  }

  private void clear(Tenure clearing, LeaseToken grant, Duration ttl) {
    boolean free = !lent();
    gate.become(clearing);
    gate.cutStale();
    if (free) {
      tasksOver = tasks.end();
    }
    standing.say(standing.state().reason());
    timer(new NotCleared(grant), times.clear());
    CompletionStage<Void> others =
        tasksOver.handle((none, why) -> none).thenCompose(none -> standing.gate().whenEmpty());
    work.then(
        keep(grant, true, ttl).thenCombine(others, (kept, none) -> kept),
        (done, why) -> new ModelInstance.OfLease(new Cleared(grant, Optional.ofNullable(why))));
  }

  /** Lets go, if it is this that holds the instance; answers in any case. */
  void release(ModelInstance.Release order) {
    Tenure before = gate.tenure();
    Tenure after = TenureDecider.release(before, order.grant());
    if (!after.equals(before)) {
      freed(after, Duration.ZERO);
      refuseAsked(ErrorCode.ENDED, "the lease was let go of before it held the instance");
    }
    order.answer().accept(Optional.empty());
  }

  /** What happened meanwhile; what is out of date changes nothing. */
  void heard(News news) {
    if (news instanceof Cleared cleared) {
      onCleared(cleared);
    } else if (news instanceof NotCleared late) {
      onNotCleared(late.grant());
    } else if (news instanceof GraceOver) {
      gate.cutStale();
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

  private void onCleared(Cleared cleared) {
    Tenure before = gate.tenure();
    if (asked.isEmpty() || !asked.get().grant().equals(cleared.grant())) {
      return;
    }
    if (cleared.problem().isPresent()) {
      freed(TenureDecider.release(before, cleared.grant()), Duration.ZERO);
      answerAsked(Optional.of(notKept(cleared.problem().get())));
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

  /** From now on it is everybody's; what is under way under a lease ends within {@code grace}. */
  private void freed(Tenure free, Duration grace) {
    boolean was = lent();
    gate.become(free);
    timers.cancel(TIME);
    if (grace.isZero()) {
      gate.cutStale();
    } else {
      timers.startSingleTimer(GRACE, new ModelInstance.OfLease(new GraceOver()), grace);
    }
    free.grant().ifPresent(grant -> keep(grant, false, Duration.ZERO));
    if (!was) {
      return;
    }
    log.info("free again instance={}", id);
    if (standing.phase() == Phase.READY) {
      tasks.begin();
    }
    standing.say(standing.state().reason());
  }

  private CompletionStage<Void> keep(LeaseToken grant, boolean held, Duration ttl) {
    KeptHold hold = new KeptHold(grant, held, ttl.toMillis());
    CompletableFuture<Void> now = new CompletableFuture<>();
    written =
        written.thenRunAsync(
            () -> {
              try {
                folders.keep(id, hold);
                keptMillis = hold.ttlMillis();
                now.complete(null);
              } catch (IOException | RuntimeException e) {
                now.completeExceptionally(e);
              }
            },
            blocking);
    return now;
  }

  private Refused notKept(Throwable why) {
    log.error("lease.json was not written instance={}", id, why);
    return Refused.of(
        ErrorCode.INTERNAL,
        "%s could not write down its lease (%s); is there room on its machine's disk?"
            .formatted(id, why));
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
