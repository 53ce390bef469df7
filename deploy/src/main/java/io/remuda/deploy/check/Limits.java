package io.remuda.deploy.check;

import java.time.Duration;

/**
 * What the invariants leave open.
 *
 * @param settle until when after a fault has healed everything is as wished
 * @param faultTakes between the moment that a fault's begin names and its last effect
 */
public record Limits(Duration settle, Duration faultTakes) {

  /** What the product promises. */
  public static final Limits PROMISED = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(1));
}
