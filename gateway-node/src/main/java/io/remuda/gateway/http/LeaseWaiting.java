package io.remuda.gateway.http;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.model.LeaseView;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Holds clients while their lease is PENDING, by asking again, at first often, then less. Holds no
 * thread. Only so many wait at one time; one more is told to come back.
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

  /** The answer as soon as the lease is not PENDING, or as it is when the time is up. */
  CompletionStage<Reply> whilePending(Supplier<CompletionStage<Reply>> look, Duration limit) {
    if (limit.isZero()) {
      return look.get();
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
      answer = look(look, System.nanoTime(), limit);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedStage(e);
    }
    return answer.whenComplete((reply, failure) -> waiting.decrementAndGet());
  }

  private CompletionStage<Reply> look(
      Supplier<CompletionStage<Reply>> look, long begun, Duration limit) {
    return look.get()
        .thenCompose(
            reply -> {
              Duration waited = Duration.ofNanos(System.nanoTime() - begun);
              Duration left = limit.minus(waited);
              if (!isPending(reply) || left.isNegative() || left.isZero()) {
                return CompletableFuture.completedStage(reply);
              }
              Duration nap = untilNextLook(waited);
              return pause
                  .of(nap.compareTo(left) < 0 ? nap : left)
                  .thenCompose(done -> look(look, begun, limit));
            });
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
