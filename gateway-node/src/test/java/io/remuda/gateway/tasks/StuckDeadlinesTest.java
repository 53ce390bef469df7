package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tasks past their deadline that cannot be ended, in front of others that can. */
class StuckDeadlinesTest {

  private static final int BATCH = 200;

  private final OverdueTasks results = new OverdueTasks(5 * BATCH);
  private final TaskSweeper sweeper =
      new TaskSweeper(
          () ->
              new Backends(
                  Optional.empty(),
                  Optional.of(results),
                  Optional.empty(),
                  Optional.empty(),
                  "no shelf"),
          BATCH,
          InstantSource.system());

  @Test
  void wholeLooksOfSuchOnesHoldUpNothingBehindThem() throws Exception {
    stuck(2 * BATCH);

    // when the sweeper looks as it does: again at once while there is more, else after a pause
    int pauses = rounds(Duration.ofSeconds(60));

    assertThat(results.open).containsExactlyInAnyOrderElementsOf(results.stuck);
    // then after a pause for each look that ended nothing, and no more
    assertThat(pauses).isLessThanOrEqualTo(3);
  }

  @Test
  void theyAreTriedAgainWhenThereIsNothingBehindThem() throws Exception {
    stuck(BATCH);
    rounds(Duration.ofSeconds(60));

    results.stuck.clear();
    rounds(Duration.ofSeconds(60));

    assertThat(results.open).isEmpty();
  }

  private void stuck(int count) {
    results.open.stream().limit(count).forEach(results.stuck::add);
  }

  /** Looks until all but the stuck ones have ended; answers after how many pauses. */
  private int rounds(Duration limit) throws Exception {
    int pauses = 0;
    for (int looks = 0; looks < 20 && results.open.size() > results.stuck.size(); looks++) {
      boolean more =
          sweeper.expire().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      pauses += more ? 0 : 1;
    }
    return pauses;
  }
}
