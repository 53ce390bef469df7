package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation.ModelSample;
import java.time.Duration;
import java.util.Optional;

/**
 * A look at the model that is leased: what leases have brought beyond its number, and what stays of
 * it for the next one, is as wished; but only as long as there are leases or were lately.
 */
final class LeasedSample {

  /** As {@code remuda.registry.lease.extra} says. */
  static final int MOST_BEYOND = 4;

  /** As {@code remuda.registry.lease.linger} says. */
  private static final Duration LINGER = Duration.ofSeconds(30);

  /** For so long after a lease was seen what it brought may be there. */
  static final Duration EXCUSED = LINGER.plus(Limits.PROMISED.settle());

  private LeasedSample() {}

  /**
   * What counts of {@code seen}.
   *
   * @param lease when a holder last had a lease
   */
  static ModelSample of(ModelSample seen, Duration at, Optional<Duration> lease) {
    int beyond = seen.ready() - seen.wished();
    boolean excused = lease.filter(had -> had.plus(EXCUSED).compareTo(at) >= 0).isPresent();
    return excused && beyond > 0 && beyond <= MOST_BEYOND
        ? new ModelSample(seen.ready(), seen.assigned(), seen.ready(), seen.pending())
        : seen;
  }
}
