package io.remuda.registry.placement;

import java.time.Duration;

/** How long nothing was heard, in steps so coarse that a reason does not change every second. */
public final class Silence {

  private Silence() {}

  public static String shown(Duration silence) {
    long seconds = silence.toSeconds();
    if (seconds < 10) {
      return "a few seconds";
    }
    return seconds < 60 ? seconds / 10 * 10 + " s" : seconds / 60 + " min";
  }
}
