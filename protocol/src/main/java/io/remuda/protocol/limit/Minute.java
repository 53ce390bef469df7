package io.remuda.protocol.limit;

import java.util.Arrays;

/**
 * What was taken in the last minute. It counts by seconds, and a second counts whole until all of
 * it is a minute old, so that it never tells less than there was. Times are milliseconds of a clock
 * that does not go back.
 */
final class Minute {

  static final long MILLIS = 60_000;

  private static final int STEPS = 61;
  private static final long STEP = 1_000;

  private final long[] amounts = new long[STEPS];
  private long newest = Long.MIN_VALUE / 4;
  private long sum;

  void add(long now, long amount) {
    advance(now);
    amounts[place(newest)] += amount;
    sum += amount;
  }

  /**
   * Less was taken than was said. What is oldest is taken back first: so it never tells less than
   * there was, whichever of it was too much.
   */
  void takeBack(long now, long amount) {
    advance(now);
    long left = amount;
    for (long step = newest - STEPS + 1; step <= newest && left > 0; step++) {
      int at = place(step);
      long back = Math.min(left, amounts[at]);
      amounts[at] -= back;
      sum -= back;
      left -= back;
    }
  }

  long sum(long now) {
    advance(now);
    return sum;
  }

  /** Until so much of it is old that at most {@code most} is left; 0 when it is so now. */
  long millisUntil(long now, long most) {
    advance(now);
    long left = sum;
    for (long step = newest - STEPS + 1; step <= newest; step++) {
      if (left <= most) {
        return step == newest - STEPS + 1 ? 0 : (step + STEPS - 1) * STEP - now;
      }
      left -= amounts[place(step)];
    }
    return left <= most ? (newest + STEPS) * STEP - now : MILLIS;
  }

  private void advance(long now) {
    long step = Math.floorDiv(now, STEP);
    if (step - newest >= STEPS) {
      Arrays.fill(amounts, 0);
      sum = 0;
      newest = step;
    }
    while (newest < step) {
      newest++;
      int at = place(newest);
      sum -= amounts[at];
      amounts[at] = 0;
    }
  }

  private static int place(long step) {
    return (int) Math.floorMod(step, (long) STEPS);
  }
}
