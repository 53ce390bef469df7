package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.task.TaskNames;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.Instrument;
import kamon.tag.TagSet;
import org.junit.jupiter.api.Test;

class TaskDepthsTest {

  @Test
  void showsModelsWithoutASchemaToo() throws Exception {
    // given tasks that wait for a chat model
    ScriptedQueue queue = new ScriptedQueue();
    queue.depths.put("remuda.tasks.chatty.untyped", 7L);
    Routes routes = new Routes();
    routes.merge(Catalog.EMPTY.with(listing("chatty")));
    Backends backends =
        new Backends(
            Optional.of(queue), Optional.empty(), Optional.empty(), Optional.empty(), "no store");

    new TaskDepths(() -> backends, routes::snapshot)
        .read()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);

    assertThat(queue.asked).containsExactly("remuda.tasks.chatty.untyped");
    assertThat(shown("chatty")).isEqualTo(7);
  }

  @Test
  void nothingIsShownOfAQueueThatIsAway() throws Exception {
    ScriptedQueue queue = new ScriptedQueue();
    queue.depths.put("remuda.tasks.waits.untyped", 7L);
    Routes routes = new Routes();
    routes.merge(Catalog.EMPTY.with(listing("waits")));
    TaskDepths depths =
        new TaskDepths(
            () ->
                new Backends(
                    Optional.of(queue), Optional.empty(), Optional.empty(), Optional.empty(), ""),
            routes::snapshot);
    depths.read().toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(depths.models()).containsExactly("waits");

    queue.away = true;
    assertThat(depths.read()).failsWithin(10, TimeUnit.SECONDS);

    assertThat(depths.models()).isEmpty();
  }

  @Test
  void aModelThatEvolvedWaitsInAllItsQueues() {
    Schema schema = new Schema("c", "In", "Out", "").after(List.of("a", "b"));

    assertThat(depth(schema, Map.of("a", 3L, "b", 4L, "c", 5L, "other", 100L))).isEqualTo(12);
  }

  @Test
  void aQueueThatIsNotThereHoldsNothing() {
    Schema schema = new Schema("c", "In", "Out", "").after(List.of("a"));

    assertThat(depth(schema, Map.of("a", 3L))).isEqualTo(3);
    assertThat(depth(schema, Map.of())).isZero();
  }

  /**
   * @param waiting by fingerprint
   */
  private static long depth(Schema schema, Map<String, Long> waiting) {
    ModelName model = new ModelName("sentiment");
    ScriptedQueue queue = new ScriptedQueue();
    waiting.forEach((print, count) -> queue.depths.put(TaskNames.queue(model, print), count));
    return TaskDepths.depth(queue, model, Optional.of(schema)).toCompletableFuture().join();
  }

  private static double shown(String model) {
    return (Double)
        ((Instrument.Snapshotting<?>)
                Kamon.gauge(MetricNames.TASK_QUEUE_DEPTH)
                    .withTags(TagSet.of(MetricNames.MODEL, model)))
            .snapshot(false);
  }

  private static Listing listing(String name) {
    return new Listing(
        new ModelName(name),
        1,
        0,
        7,
        DeploymentPhase.READY,
        "llama-server",
        Optional.empty(),
        1,
        1,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        false);
  }
}
