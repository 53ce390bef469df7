package io.remuda.node.sdk.host;

import io.remuda.node.sdk.Progress;

/** One call that is being answered: what its caller may ask and say meanwhile. */
final class OpenCall implements Progress {

  private Runnable stop = () -> {};
  private boolean stopped;
  private volatile int percent;

  /**
   * The model has it from now on.
   *
   * @param asksToEnd of any thread, quick
   */
  synchronized void begun(Runnable asksToEnd) {
    stop = asksToEnd;
    if (stopped) {
      asksToEnd.run();
    }
  }

  /** Nobody waits for it any more. */
  synchronized void stop() {
    stopped = true;
    stop.run();
  }

  @Override
  public void percent(int done) {
    percent = Math.max(0, Math.min(100, done));
  }

  int percent() {
    return percent;
  }
}
