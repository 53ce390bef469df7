package io.remuda.node.duty;

import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether an instance counts as one that takes tasks. A server that is away for less than the
 * patience changes nothing, so that a restart of the broker is not a storm of news; one that is
 * back counts at once.
 *
 * @param facet what holds now
 * @param troubledSince in nanoseconds of the clock of time-outs
 */
record FacetPolicy(TaskFacet facet, OptionalLong troubledSince) {

  /** Of an instance whose queue was never reached yet. */
  static FacetPolicy connecting() {
    return new FacetPolicy(
        TaskFacet.off("the queue of tasks has not been reached yet"), OptionalLong.empty());
  }

  /**
   * After one more look.
   *
   * @param trouble why no task can be taken now
   * @param now in nanoseconds
   */
  FacetPolicy seen(Optional<String> trouble, long now, long patienceNanos) {
    if (trouble.isEmpty()) {
      return new FacetPolicy(TaskFacet.TAKING, OptionalLong.empty());
    }
    long since = troubledSince.orElse(now);
    boolean still = facet.taking() && now - since < patienceNanos;
    return new FacetPolicy(still ? facet : TaskFacet.off(trouble.get()), OptionalLong.of(since));
  }
}
