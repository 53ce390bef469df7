package io.remuda.gateway.routing;

/**
 * How soon an instance lately answered: a mean in which old answers fade. Never changes.
 *
 * @param nanos the mean
 * @param samples answers in it, as far as they are counted
 * @param at when the last of them came, of {@link System#nanoTime()}
 */
record Pace(double nanos, int samples, long at) {

  static final Pace UNKNOWN = new Pace(0, 0, 0);

  /** From so many on each further one counts for the same share at least. */
  private static final int MOST = 16;

  /** With one more answer; what is older than {@code window} counts no more. */
  Pace with(long took, long now, long window) {
    if (samples == 0 || now - at > window) {
      return new Pace(took, 1, now);
    }
    if (samples < MOST) {
      return new Pace(nanos + (took - nanos) / (samples + 1), samples + 1, now);
    }
    double faded = 1 - Math.exp(-(double) (now - at) / window);
    return new Pace(nanos + (took - nanos) * Math.max(1.0 / MOST, faded), samples, now);
  }

  /** Whether it is still told by enough answers. */
  boolean isKnown(long now, long window, int least) {
    return samples >= least && now - at <= window;
  }
}
