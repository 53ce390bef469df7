package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.TaskId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tasks that could not be ended once, while there is always more that is overdue. */
class FullLooksTest {

  private static final int BATCH = 10;

  private final OverdueTasks results = new OverdueTasks(1_000);
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
  void theyAreTriedAgainAfterSomeLooks() throws Exception {
    List<TaskId> first = results.open.stream().limit(BATCH).toList();
    results.stuck.addAll(first);
    look(1);
    results.stuck.clear();

    look(TaskSweeper.LOOKS_PASSED_OVER - 1);
    assertThat(results.open).containsAll(first);

    look(1);
    assertThat(results.open).isNotEmpty().doesNotContainAnyElementsOf(first);
  }

  private void look(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      sweeper.expire().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
