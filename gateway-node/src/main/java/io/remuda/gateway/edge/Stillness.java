package io.remuda.gateway.edge;

/**
 * Since when an answer that has begun stands still while its machine is out of sight. What such a
 * machine had sent would be lost without a word: its connection does not end.
 */
final class Stillness {

  private int heard;
  private int heardBefore;

  /** Of {@link System#nanoTime()}; 0 while something came, or the machine is seen. */
  private long since;

  /** Something of the answer has come. */
  void heard() {
    heard++;
  }

  /**
   * One look.
   *
   * @param maybe whether it may stand still for that reason: its machine is out of sight, and the
   *     client takes what comes
   * @return for how long it has stood still, in nanoseconds
   */
  long look(boolean maybe, long now) {
    if (!maybe || heard != heardBefore) {
      heardBefore = heard;
      since = 0;
      return 0;
    }
    if (since == 0) {
      since = now;
    }
    return now - since;
  }
}
