package io.remuda.registry.placement;

import io.remuda.protocol.id.ModelName;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The random numbers by which one of several machines that are as good as each other is chosen: a
 * function of the name and of the number that the placement gets.
 *
 * <p>So two names that are placed at the same moment choose differently, a name's next try does not
 * repeat its last one, and whoever asks beforehand where an instance would go learns what is drawn
 * when it goes there.
 */
public final class Draw {

  /** Spreads names over all seeds, however alike they are: 2^64 divided by the golden ratio. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Draw() {}

  /**
   * @param number of the event that the placement becomes
   */
  public static RandomGenerator of(ModelName name, long number) {
    return new SplittableRandom(name.value().hashCode() * GOLDEN + number);
  }
}
