package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.Shares.Share;
import io.remuda.node.instance.Tenure.Mode;
import io.remuda.node.instance.TenureDecider.Step;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * What an instance does about shares of its slots: keeps them from new calls at once, cuts nobody
 * off for them, answers when others use so few slots that the share's are free and the number is on
 * the disk, and lets go by its own clock. It goes on taking everybody's calls and durable tasks
 * with the other slots, and no tasks while none is left. Belongs to one actor.
 */
final class InstanceShares {

  /** What happened meanwhile. */
  sealed interface News {}

  /** The number is kept and the slots are free; or the number could not be kept. */
  record Cleared(LeaseToken grant, Optional<Throwable> problem) implements News {}

  /** The wait for others' calls has taken too long. */
  record NotCleared(LeaseToken grant) implements News {}

  /** A share's time to live may be over. */
  record TimeUp(LeaseId lease) implements News {}

  private final InstanceId id;
  private final Work work;
  private final SharesFile file;
  private final LeaseTimes times;
  private final Standing standing;
  private final InstanceTasks tasks;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private final LeaseGate gate;
  private final Grace grace;
  private final HoldOrders orders;
  // What the file is to say, whether it says so already or not.
  private final Map<LeaseToken, Duration> written = new HashMap<>();

  InstanceShares(
      Work work,
      Surroundings around,
      Standing standing,
      InstanceTasks tasks,
      Grace grace,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.id = standing.id();
    this.work = work;
    this.file = new SharesFile(standing.id(), around, log);
    this.times = around.settings().lease();
    this.standing = standing;
    this.tasks = tasks;
    this.grace = grace;
    this.orders = new HoldOrders(standing, log);
    this.timers = timers;
    this.log = log;
    this.gate = standing.shown().lease();
    gate.become(gate.shares(), standing.gate());
    for (Share left : gate.shares().all().values()) {
      // As long as was written by a former JVM, or by this actor before it failed: asked for again.
      written.put(left.token(), Duration.ofNanos(Math.max(0, left.until() - gate.now())));
      if (left.mode() == Mode.CLEARING) {
        timer(left.token().lease(), new NotCleared(left.token()), times.clear());
      } else {
        timeAfter(left);
      }
    }
  }

  /** Whether the lease has a share, or waits for it. */
  boolean has(LeaseId lease) {
    return gate.shares().of(lease).isPresent();
  }

  /** Obeys or refuses; answered as {@code HoldInstance} says. */
  void hold(ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    expire();
    Optional<Share> before = gate.shares().of(grant.lease());
    SharesDecider.Decision decision =
        SharesDecider.hold(
            id,
            gate.shares(),
            gate.tenure(),
            grant,
            order.slots(),
            standing.gate().slots(),
            order.ttl(),
            gate.now());
    boolean known = before.filter(share -> share.token().equals(grant)).isPresent();
    Optional<Refused> refused = decision.refused().or(() -> orders.notNow(known));
    if (refused.isPresent()) {
      orders.refuse(order, refused.get());
    } else if (decision.step() == Step.RENEWED) {
      renew(decision.shares(), order);
    } else if (!orders.join(order)) {
      clear(decision.shares(), order);
    }
  }

  private void renew(Shares longer, ModelInstance.Hold order) {
    gate.become(longer, standing.gate());
    timeAfter(longer.of(order.grant().lease()).orElseThrow());
    if (file.covers(order.grant(), order.ttl())) {
      // Whatever became of what was written for others since.
      order.answer().accept(Optional.empty());
    } else {
      written.merge(order.grant(), order.ttl(), InstanceShares::longer);
      answerWhen(file.keep(toKeep()), order.answer());
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private void clear(Shares clearing, ModelInstance.Hold order) {
    LeaseToken grant = order.grant();
    orders.begin(order);
    if (clearing.slots() >= standing.gate().slots()) {
      // Before the gate sends away those that wait: they are to go back to their queue for good.
      tasks.end();
    }
    gate.become(clearing, standing.gate());
    // Calls under an earlier number of the same lease.
    gate.cutStale(grant.lease());
    written.put(grant, order.ttl());
    CompletionStage<Void> kept = file.keep(toKeep());
    standing.say(standing.state().reason());
    timer(grant.lease(), new NotCleared(grant), times.clear());
    work.then(
        kept.thenCombine(standing.gate().whenRoom(), (done, none) -> done),
        (done, why) -> new ModelInstance.OfShares(new Cleared(grant, Optional.ofNullable(why))));
  }

  /** Lets go of the lease's share; answered when the next JVM would know it. */
  void release(ModelInstance.Release order) {
    LeaseId lease = order.grant().lease();
    Shares after = SharesDecider.release(gate.shares(), order.grant());
    if (after.of(lease).isPresent()) {
      answerWhen(file.last(), order.answer());
      return;
    }
    answerWhen(freed(after, Duration.ZERO), order.answer());
    orders.refuse(lease, ErrorCode.ENDED, "the lease was let go of before it held its slots");
  }

  /**
   * The order to let go of what has no share now. It may have been told before, and what was to be
   * written then may have failed: answered with success only when the next JVM knows the shares.
   */
  ModelInstance.Release keptBefore(ModelInstance.Release order) {
    CompletionStage<Void> kept = file.hasFailed() ? file.keep(toKeep()) : file.last();
    return new ModelInstance.Release(
        order.grant(),
        refused -> {
          if (refused.isPresent()) {
            order.answer().accept(refused);
          } else {
            answerWhen(kept, order.answer());
          }
        });
  }

  /** What happened meanwhile; what is out of date changes nothing. */
  void heard(News news) {
    if (news instanceof Cleared cleared) {
      onCleared(cleared);
    } else if (news instanceof NotCleared late) {
      onNotCleared(late.grant());
    } else if (news instanceof TimeUp up) {
      expire();
      gate.shares()
          .of(up.lease())
          .filter(share -> share.mode() != Mode.CLEARING)
          .ifPresent(this::timeAfter);
    }
  }

  private void expire() {
    Shares after = SharesDecider.expire(gate.shares(), gate.now());
    if (!after.equals(gate.shares())) {
      freed(after, times.grace());
    }
  }

  private void onCleared(Cleared cleared) {
    LeaseToken grant = cleared.grant();
    Optional<Duration> ttl = orders.ttl(grant);
    if (ttl.isEmpty()) {
      return;
    }
    if (cleared.problem().isPresent()) {
      freed(SharesDecider.release(gate.shares(), grant), Duration.ZERO);
      orders.refuse(grant.lease(), file.notKept(cleared.problem().get()));
      return;
    }
    Shares after = SharesDecider.cleared(gate.shares(), grant, ttl.get(), gate.now());
    gate.become(after, standing.gate());
    after.of(grant.lease()).ifPresent(this::timeAfter);
    log.info("leased a share lease={} instance={}", grant.lease(), id);
    standing.say(standing.state().reason());
    orders.held(grant.lease());
  }

  private void onNotCleared(LeaseToken grant) {
    boolean waits =
        gate.shares()
            .of(grant.lease())
            .filter(share -> share.mode() == Mode.CLEARING && share.token().equals(grant))
            .isPresent();
    if (waits) {
      freed(SharesDecider.release(gate.shares(), grant), Duration.ZERO);
      orders.refuse(
          grant.lease(),
          ErrorCode.BUSY,
          "other calls were not over within %s; grant another instance".formatted(times.clear()));
    }
  }

  /** The instance ends: nobody is granted a share of it any more. */
  void stop() {
    orders.refuseAll(ErrorCode.MODEL_NOT_READY, "the instance is being stopped; grant another");
  }

  /**
   * From now on what shares had is everybody's; what is under way under them ends within {@code
   * toEnd}.
   *
   * @return completed when the next JVM would know it
   */
  private CompletionStage<Void> freed(Shares left, Duration toEnd) {
    List<LeaseId> over =
        gate.shares().all().keySet().stream().filter(lease -> left.of(lease).isEmpty()).toList();
    boolean nothingWasLeft = gate.leavesNothing(standing.gate());
    gate.become(left, standing.gate());
    for (LeaseId lease : over) {
      timers.cancel(time(lease));
      log.info("share is over lease={} instance={}", lease, id);
      grace.give(lease, toEnd);
    }
    CompletionStage<Void> kept = file.keep(toKeep());
    if (nothingWasLeft && standing.phase() == Phase.READY) {
      tasks.begin();
    }
    standing.say(standing.state().reason());
    return kept;
  }

  private KeptShares toKeep() {
    Shares now = gate.shares();
    written
        .keySet()
        .removeIf(
            token -> now.of(token.lease()).filter(has -> has.token().equals(token)).isEmpty());
    List<KeptShares.Kept> all = new ArrayList<>();
    for (Share share : now.all().values()) {
      long ttl = written.getOrDefault(share.token(), Duration.ZERO).toMillis();
      all.add(new KeptShares.Kept(share.token(), share.slots(), ttl));
    }
    return new KeptShares(all, now.ended());
  }

  private void answerWhen(CompletionStage<Void> kept, Consumer<Optional<Refused>> answer) {
    HoldOrders.answerWhen(kept, file::notKept, answer);
  }

  private void timeAfter(Share timed) {
    long nanos = Math.max(0, timed.until() - gate.now());
    LeaseId lease = timed.token().lease();
    timer(lease, new TimeUp(lease), Duration.ofNanos(nanos).plusMillis(1));
  }

  private void timer(LeaseId lease, News news, Duration after) {
    timers.startSingleTimer(time(lease), new ModelInstance.OfShares(news), after);
  }

  private static String time(LeaseId lease) {
    return "share " + lease;
  }
}
