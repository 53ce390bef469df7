package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.metrics.MetricNames;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

class GivenUpGaugeTest {

  private final ScriptedQueue queue = new ScriptedQueue();
  private final TaskDepths depths =
      new TaskDepths(
          () ->
              new Backends(
                  Optional.of(queue), Optional.empty(), Optional.empty(), Optional.empty(), ""),
          new Routes()::snapshot);

  @Test
  void showsHowManyWereGivenUpAndNothingOfAQueueThatIsAway() throws Exception {
    queue.dead = 3;
    depths.read().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(depths.givenUp()).hasValue(3);
    assertThat(shown()).isEqualTo(3);

    queue.away = true;
    assertThat(depths.read()).failsWithin(10, TimeUnit.SECONDS);
    assertThat(depths.givenUp()).isEmpty();
  }

  private static double shown() {
    return (Double)
        ((Instrument.Snapshotting<?>)
                Kamon.gauge(MetricNames.TASKS_GIVEN_UP).withTags(TagSet.Empty()))
            .snapshot(false);
  }
}
