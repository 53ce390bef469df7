package io.remuda.node.sdk.host;

import io.remuda.node.sdk.Progress;

/** One call that is being answered: what its caller may ask and say meanwhile. */
final class OpenCall implements Progress {

  private volatile Runnable stop = () -> {};
  private volatile int percent;

  /**
   * The model has it from now on.
   *
   * @param asksToEnd of any thread, quick
   */
  void begun(Runnable asksToEnd) {
    stop = asksToEnd;
  }

  /** Nobody waits for it any more. */
  void stop() {
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
