package io.remuda.node.front;

import io.remuda.node.instance.Admission;
import io.vertx.core.Context;
import java.time.Duration;

/** One call's place in its gate's queue, and how long it keeps it. Lives on one event loop. */
final class QueueWait {

  private final Context context;
  private final Admission.Waiter waiter;
  private final long timer;

  /**
   * @param tooLong run when the limit is over and the place is given up
   */
  QueueWait(Context context, Admission.Waiter waiter, Duration limit, Runnable tooLong) {
    this.context = context;
    this.waiter = waiter;
    this.timer =
        context
            .owner()
            .setTimer(
                limit.toMillis(),
                id -> {
                  if (waiter.leave()) {
                    tooLong.run();
                  }
                });
  }

  /** It has come to an end by itself. */
  void over() {
    context.owner().cancelTimer(timer);
  }

  /** The call wants no permit any more. */
  void leave() {
    over();
    waiter.leave();
  }
}
