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

  private static final String TIME = "lease";

  private final InstanceId id;
  private final Work work;
  private final LeaseFile file;
  private final LeaseTimes times;
  private final Standing standing;
  private final InstanceTasks tasks;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private final LeaseGate gate;
  private final Grace grace;
  private final WorkerRest rest;
  private final HoldOrders orders;
  private CompletionStage<Void> tasksOver = CompletableFuture.completedFuture(null);

  /** What was last written for a lease that waits. */
  private CompletionStage<Void> kept = CompletableFuture.completedFuture(null);

  InstanceLease(
      Work work,
      Surroundings around,
      Standing standing,
      InstanceTasks tasks,
      Grace grace,
      WorkerRest rest,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.id = standing.id();
    this.work = work;
    this.file = new LeaseFile(standing.id(), around, log);
    this.times = around.settings().lease();
    this.standing = standing;
    this.tasks = tasks;
    this.grace = grace;
    this.rest = rest;
    this.orders = new HoldOrders(standing, log);
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
    Tenure before = gate.tenure();
    Decision decision = TenureDecider.hold(id, before, grant, order.ttl(), gate.now());
    Optional<Refused> refused =
        decision
            .refused()
            .or(() -> orders.notNow(before.isOf(grant)))
            .or(() -> shared(before, grant));
    if (refused.isPresent()) {
      orders.refuse(order, refused.get());
    } else if (decision.step() == TenureDecider.Step.RENEWED) {
      renew(decision.tenure(), order);
    } else if (!orders.join(order)) {
      orders.refuseAll(ErrorCode.STALE_LEASE, "a later lease has taken the instance");
      clear(decision.tenure(), order);
    }
  }

  private Optional<Refused> shared(Tenure before, LeaseToken grant) {
    return before.isOf(grant)
        ? Optional.empty()
        : SharesDecider.objection(id, SharesDecider.expire(gate.shares(), gate.now()), grant);
  }

  private void renew(Tenure longer, ModelInstance.Hold order) {
    gate.become(longer);
    timeAfter(longer);
    if (file.covers(order.ttl())) {
      order.answer().accept(Optional.empty());
    } else {
      answerWhen(file.keep(order.grant(), true, order.ttl()), order.answer());
    }
  }

  private void answerWhen(CompletionStage<Void> done, Consumer<Optional<Refused>> answer) {
    HoldOrders.answerWhen(done, file::notKept, answer);
  }

  private void clear(Tenure clearing, ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    Tenure before = gate.tenure();
    boolean free = !lent();
    gate.become(clearing);
    orders.begin(order);
    kept = file.keep(grant, true, order.ttl());
    displaced(before, grant.lease());
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

  /**
   * Ends the calls under an earlier number of {@code taker}, and of whom it takes the instance
   * from. Where that was over by the clock, they have their time to end, as those of any that was
   * before.
   */
  private void displaced(Tenure before, LeaseId taker) {
    gate.cutStale(taker);
    boolean over = !TenureDecider.expire(before, gate.now()).lent();
    before
        .lease()
        .filter(lease -> !lease.equals(taker))
        .ifPresent(lease -> grace.give(lease, over ? times.grace() : Duration.ZERO));
  }

  /** Lets go, if it is this that holds the instance; answered when the next JVM would know it. */
  void release(ModelInstance.Release order) {
    Tenure before = gate.tenure();
    Tenure after = TenureDecider.release(before, order.grant());
    if (!after.equals(before)) {
      answerWhen(freed(after, Duration.ZERO), order.answer());
      orders.refuseAll(ErrorCode.ENDED, "the lease was let go of before it held the instance");
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
    if (orders.ttl(grant).isPresent()) {
      work.then(
          kept.thenCombine(standing.gate().whenEmpty(), (done, none) -> done),
          (done, why) -> new ModelInstance.OfLease(new Cleared(grant, Optional.ofNullable(why))));
    }
  }

  private void onCleared(Cleared cleared) {
    Tenure before = gate.tenure();
    LeaseToken grant = cleared.grant();
    Optional<Duration> ttl = orders.ttl(grant);
    if (ttl.isEmpty()) {
      return;
    }
    if (cleared.problem().isPresent()) {
      freed(TenureDecider.release(before, grant), Duration.ZERO);
      orders.refuse(grant.lease(), file.notKept(cleared.problem().get()));
      return;
    }
    Tenure after = TenureDecider.cleared(before, grant, ttl.get(), gate.now());
    gate.become(after);
    timeAfter(after);
    log.info("leased lease={} instance={}", grant.lease(), id);
    standing.say(standing.state().reason());
    orders.held(grant.lease());
  }

  private void onNotCleared(LeaseToken grant) {
    Tenure before = gate.tenure();
    if (before.mode() != Mode.CLEARING || !before.isOf(grant)) {
      return;
    }
    freed(TenureDecider.release(before, grant), Duration.ZERO);
    orders.refuse(
        grant.lease(),
        ErrorCode.BUSY,
        "other calls were not over within %s; grant another instance".formatted(times.clear()));
  }

  /** The instance ends: it is granted to nobody any more. */
  void stop() {
    orders.refuseAll(ErrorCode.MODEL_NOT_READY, "the instance is being stopped; grant another");
  }

  /**
   * From now on it is everybody's; what is under way under a lease ends within {@code toEnd}.
   *
   * @return completed when the next JVM would know it
   */
  private CompletionStage<Void> freed(Tenure free, Duration toEnd) {
    boolean was = lent();
    LeaseId over = gate.tenure().grant().filter(had -> was).or(free::grant).orElseThrow().lease();
    gate.become(free);
    timers.cancel(TIME);
    grace.give(over, toEnd);
    rest.leaseOver();
    CompletionStage<Void> done = file.keep(free.grant().orElseThrow(), false, Duration.ZERO);
    if (was) {
      log.info("free again instance={}", id);
      if (standing.phase() == Phase.READY) {
        tasks.begin();
      }
      standing.say(standing.state().reason());
    }
    return done;
  }

  private void timeAfter(Tenure timed) {
    long nanos = Math.max(0, timed.until() - gate.now());
    timer(new TimeUp(), Duration.ofNanos(nanos).plusMillis(1));
  }

  private void timer(News news, Duration after) {
    timers.startSingleTimer(TIME, new ModelInstance.OfLease(news), after);
  }
}
