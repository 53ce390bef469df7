package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a new recipe takes the place of the old one.
 *
 * @param surge instances beyond the declared replicas while it goes on
 * @param deadline within which the first, and then each next one, of the new recipe must be ready;
 *     empty: the registry's
 * @param canary percent of the requests that the new recipe gets until somebody promotes it; empty:
 *     it takes over by itself
 */
public record RolloutWish(
    Strategy strategy, int surge, Optional<Duration> deadline, OptionalInt canary) {

  public static final RolloutWish DEFAULT = new RolloutWish(Strategy.AUTO, 1, Optional.empty());

  public RolloutWish {
    strategy = strategy == null ? Strategy.AUTO : strategy;
    deadline = Absent.orEmpty(deadline);
    canary = canary == null ? OptionalInt.empty() : canary;
    if (canary.isPresent() && (canary.getAsInt() < 0 || canary.getAsInt() > 100)) {
      throw new IllegalArgumentException(
          "a canary gets 0 to 100 percent, not " + canary.getAsInt());
    }
    if (surge < 1 || surge > ModelSpec.MAX_REPLICAS) {
      throw new IllegalArgumentException(
          "surge is 1 to " + ModelSpec.MAX_REPLICAS + ", not " + surge);
    }
    if (deadline.filter(within -> within.isNegative() || within.isZero()).isPresent()) {
      throw new IllegalArgumentException("a rollout's deadline is longer than nothing");
    }
  }

  /** One that takes over by itself. */
  public RolloutWish(Strategy strategy, int surge, Optional<Duration> deadline) {
    this(strategy, surge, deadline, OptionalInt.empty());
  }

  /** In which order instances of the two recipes start and stop. */
  public enum Strategy {
    /** {@link #SURGE} where there is room beside the old one, else {@link #RECREATE_WHEN_IDLE}. */
    AUTO,
    /** New ones first; an old one stops when a new one is ready. */
    SURGE,
    /** One after the other, on the same machine: an idle old one stops, a new one starts there. */
    RECREATE_WHEN_IDLE,
    /** All old ones stop, then new ones start. */
    RECREATE;

    /** As it is written in documents and in the journal, such as {@code recreate-when-idle}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The strategy of a word.
     *
     * @throws IllegalArgumentException when it is none, naming those that there are
     */
    public static Strategy of(String word) {
      for (Strategy each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      throw new IllegalArgumentException(
          "'%s' is no strategy: use auto, surge, recreate-when-idle or recreate".formatted(word));
    }
  }
}
