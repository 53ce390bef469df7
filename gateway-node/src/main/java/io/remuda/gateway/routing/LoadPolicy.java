package io.remuda.gateway.routing;

/**
 * What a further request costs on an instance, and which new instance may take part in the choice.
 * The unit is the share of its slots that would be in use, times how many times slower it is than
 * the instance that it is compared with. Pure.
 */
final class LoadPolicy {

  /** Slower than this counts as this: such an instance gets little, and yet something. */
  private static final double MOST_SLOWNESS = 10;

  /** Of the full share, as soon as it gets any. */
  private static final double LEAST_WARMTH = 0.1;

  /**
   * Of the time in which an instance warms up, the part in which it is cold. A node that has just
   * come back is busy with itself for as long as it took to come back, and its engine waits for the
   * same processors.
   */
  private static final double COLD_PART = 0.5;

  /** Instances that are nearly as warm as another one are as good. */
  private static final double AS_WARM = 0.9;

  private LoadPolicy() {}

  /**
   * @param underWay requests on the instance, of all gateways as far as that is known
   * @param spared of them that do not count
   */
  static double cost(int underWay, double spared, int slots, double slowness) {
    return (Math.max(0, underWay - spared) + 1) / Math.max(1, slots) * slowness;
  }

  /** How many times slower {@code nanos} is than {@code others}; 1 where that is not much. */
  static double slowness(double nanos, double others, RoutingSettings settings) {
    double floor = Math.max(1, settings.paceFloor().toNanos());
    double ratio = Math.max(nanos, floor) / Math.max(others, floor);
    return ratio > settings.outlier() ? Math.min(ratio, MOST_SLOWNESS) : 1;
  }

  /**
   * The part of its full share that an instance gets which is ready for so long; 0 while it is
   * cold: it gets what others have no room for.
   */
  static double warmth(long ready, RoutingSettings settings) {
    long whole = settings.slowStart().toNanos();
    if (whole == 0 || ready >= whole) {
      return 1;
    }
    double cold = COLD_PART * whole;
    return ready < cold ? 0 : Math.max(LEAST_WARMTH, (ready - cold) / (whole - cold));
  }

  /**
   * Whether an instance takes part in the choice against another one.
   *
   * @param drawn at random, from 0 to 1
   */
  static boolean competes(double warmth, double others, double drawn) {
    return warmth >= AS_WARM * others || drawn * others < warmth;
  }
}
