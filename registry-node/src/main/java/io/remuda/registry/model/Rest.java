package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * For how long nothing has been left to do for a name, as its owner has seen it by the clock: soft
 * state. Losing it costs that time once more.
 *
 * <p>A name that was removed is closed by an event, and from then on nobody wakes it: a fleet that
 * starts anew reads back what it has, and not all that it ever had. One that is closed, or that
 * somebody only asked for, ends with its owner's idle looks and is there again when it is asked
 * for.
 *
 * @param looks in a row that found nothing
 * @param since the first of them
 */
record Rest(int looks, Optional<Instant> since) {

  static final Rest NONE = new Rest(0, Optional.empty());

  private static final int IDLE_LOOKS = 30;

  /** What comes of it. */
  enum Step {
    STAY,
    /** Nobody is to wake the name any more. */
    CLOSE,
    /** Its owner has nothing to be there for. */
    END
  }

  /** After one more look. */
  Rest after(Sight sight) {
    return isIdle(sight) ? new Rest(looks + 1, Optional.of(since.orElseGet(sight::now))) : NONE;
  }

  /**
   * What to do now.
   *
   * @param closeAfter for how long nothing must have been left
   * @param known the fleet's other names
   */
  Step step(Sight sight, Duration closeAfter, Map<ModelName, Listing> known) {
    ModelState state = sight.state();
    if (state.sequence() == 0 || state.closed()) {
      return looks > IDLE_LOOKS ? Step.END : Step.STAY;
    }
    boolean over = since.filter(begun -> !begun.plus(closeAfter).isAfter(sight.now())).isPresent();
    return over && !isNeeded(state.name(), known) ? Step.CLOSE : Step.STAY;
  }

  /**
   * Whether the name stands for nothing, nothing of it is in the journal or runs, and no lease
   * waits for it. One that machines run is another matter, be it that the journal is behind them.
   */
  private static boolean isIdle(Sight sight) {
    ModelState state = sight.state();
    return state.live().isEmpty()
        && state.alias().isEmpty()
        && state.instances().isEmpty()
        && state.registrations().isEmpty()
        && sight.soft().claims().heard().isEmpty()
        && sight.soft().strangers().isEmpty()
        && sight.ahead().isEmpty();
  }

  /** Whether another name stands for it or is made of it, and waits for it to come back. */
  private static boolean isNeeded(ModelName name, Map<ModelName, Listing> known) {
    return known.values().stream()
        .filter(line -> line.phase() != DeploymentPhase.ENDED)
        .anyMatch(
            line -> line.alias().filter(name::equals).isPresent() || line.needs().contains(name));
  }
}
