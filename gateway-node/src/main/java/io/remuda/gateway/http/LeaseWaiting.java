package io.remuda.gateway.http;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.model.LeaseView;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Holds clients while their lease is PENDING: looks at it at once, then lets the registry answer
 * when that is over. Where it answers sooner, as one of an earlier version does, it is asked again,
 * at first often, then less. Holds no thread. Only so many wait at one time; one more is told to
 * come back.
 */
final class LeaseWaiting {

  private static final int SHARE_OF_WAIT = 4;

  private final LeaseSettings settings;
  private final Settling.Pause pause;
  private final AtomicInteger waiting = new AtomicInteger();

  LeaseWaiting(LeaseSettings settings, Settling.Pause pause) {
    this.settings = settings;
    this.pause = pause;
  }

  /**
   * The answer as soon as the lease is not PENDING, or as it is when the time is up.
   *
   * @param look for an answer when it is PENDING no more, or at the latest after so long
   */
  CompletionStage<Reply> whilePending(
      Function<Duration, CompletionStage<Reply>> look, Duration limit) {
    if (limit.isZero()) {
      return look.apply(Duration.ZERO);
    }
    if (waiting.incrementAndGet() > settings.waiting()) {
      waiting.decrementAndGet();
      return Refusal.failed(
          ErrorCode.BUSY,
          "too many clients wait for leases at this gateway; ask without waiting, or again"
              + " shortly");
    }
    CompletionStage<Reply> answer;
    try {
      // Not yet for long: who may not see it is told so at once.
      answer = look(look, System.nanoTime(), limit, Duration.ZERO);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedStage(e);
    }
    return answer.whenComplete((reply, failure) -> waiting.decrementAndGet());
  }

  private CompletionStage<Reply> look(
      Function<Duration, CompletionStage<Reply>> look,
      long begun,
      Duration limit,
      Duration within) {
    long asked = System.nanoTime();
    return look.apply(within)
        .thenCompose(
            reply -> {
              long now = System.nanoTime();
              Duration waited = Duration.ofNanos(now - begun);
              Duration left = limit.minus(waited);
              if (!isPending(reply) || left.isNegative() || left.isZero()) {
                return CompletableFuture.completedStage(reply);
              }
              Duration nap = untilNextLook(waited).minusNanos(now - asked);
              if (nap.isNegative() || nap.isZero()) {
                return look(look, begun, limit, left);
              }
              return pause
                  .of(nap.compareTo(left) < 0 ? nap : left)
                  .thenCompose(done -> look(look, begun, limit, left(begun, limit)));
            });
  }

  private static Duration left(long begun, Duration limit) {
    Duration left = limit.minusNanos(System.nanoTime() - begun);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private Duration untilNextLook(Duration waited) {
    Duration share = waited.dividedBy(SHARE_OF_WAIT);
    if (share.compareTo(settings.firstLook()) < 0) {
      return settings.firstLook();
    }
    return share.compareTo(settings.longestLook()) < 0 ? share : settings.longestLook();
  }

  private static boolean isPending(Reply reply) {
    return reply.lease().filter(lease -> lease.state() == LeaseView.State.PENDING).isPresent();
  }
}
