package io.remuda.node.instance;

import io.remuda.protocol.model.LeaseToken;
import java.util.Objects;

/**
 * What is kept of an instance's tenure for the next JVM, in {@code lease.json}.
 *
 * @param grant with the highest number that the instance was told
 * @param held whether its lease held the instance, as far as is known
 * @param ttlMillis how long that may still be so, counted from the start of the next JVM: longer
 *     than it truly is, never shorter
 */
public record KeptHold(LeaseToken grant, boolean held, long ttlMillis) {
  public KeptHold {
    // A file that was cut short is read as one with holes.
    Objects.requireNonNull(grant, "grant");
  }
}
