package io.remuda.gateway.tasks;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import kamon.Kamon;
import kamon.tag.TagSet;

/**
 * How many tasks wait for each model, and how many were given up, as gauges. Every gateway reads
 * the same queues, so whoever adds gateways' figures up counts double: take the highest.
 */
final class TaskDepths {

  private final Supplier<Backends> backends;
  private final Supplier<RouteSnapshot> known;
  private Set<String> shown = new HashSet<>();
  private OptionalLong givenUp = OptionalLong.empty();

  /** As they were last read. */
  private final Map<String, Long> depths = new ConcurrentHashMap<>();

  TaskDepths(Supplier<Backends> backends, Supplier<RouteSnapshot> known) {
    this.backends = backends;
    this.known = known;
  }

  /** One reading; neither a model that is gone nor any while the queue is away is shown. */
  CompletionStage<Boolean> read() {
    Backends now = backends.get();
    if (now.queue().isEmpty()) {
      hideAll();
      return CompletableFuture.completedStage(false);
    }
    TaskQueue queue = now.queue().get();
    Set<String> models = new HashSet<>();
    // One model after the other: the broker's questions have a bounded line.
    CompletionStage<Boolean> readings = CompletableFuture.completedStage(false);
    for (Listing listing : known.get().listings()) {
      String model = listing.name().value();
      models.add(model);
      readings =
          readings
              .thenCompose(before -> depth(queue, listing.name(), listing.schema()))
              .thenApply(
                  depth -> {
                    show(model, depth);
                    return false;
                  });
    }
    hideAllBut(models);
    return readings
        .thenCompose(read -> queue.deadCount())
        .thenApply(
            dead -> {
              showGivenUp(dead);
              return false;
            })
        .whenComplete(
            (read, failure) -> {
              if (failure != null) {
                // The last figure, shown on, would be taken for the present one.
                hideAll();
              }
            });
  }

  /** Of its own queue and those of the schemas that it added to. */
  static CompletionStage<Long> depth(TaskQueue queue, ModelName model, Optional<Schema> schema) {
    CompletionStage<Long> sum =
        queue
            .depth(model, schema.map(Schema::fingerprint).orElse(""))
            .thenApply(own -> own.orElse(0));
    for (String before : schema.map(Schema::earlier).orElse(List.of())) {
      sum = sum.thenCombine(queue.depth(model, before), (sofar, more) -> sofar + more.orElse(0));
    }
    return sum;
  }

  /** Whose depths are shown now. */
  synchronized Set<String> models() {
    return Set.copyOf(shown);
  }

  /** How many given-up tasks are shown now; empty when nothing is. */
  synchronized OptionalLong givenUp() {
    return givenUp;
  }

  /** How many tasks waited for each model at the last reading. */
  Map<String, Long> depths() {
    return Map.copyOf(depths);
  }

  private void show(String model, long depth) {
    depths.put(model, depth);
    Kamon.gauge(MetricNames.TASK_QUEUE_DEPTH).withTags(tags(model)).update(depth);
  }

  private synchronized void showGivenUp(long count) {
    givenUp = OptionalLong.of(count);
    Kamon.gauge(MetricNames.TASKS_GIVEN_UP).withTags(TagSet.Empty()).update(count);
  }

  private synchronized void hideAll() {
    hideAllBut(Set.of());
    givenUp = OptionalLong.empty();
    Kamon.gauge(MetricNames.TASKS_GIVEN_UP).remove(TagSet.Empty());
  }

  private synchronized void hideAllBut(Set<String> models) {
    for (String before : shown) {
      if (!models.contains(before)) {
        Kamon.gauge(MetricNames.TASK_QUEUE_DEPTH).remove(tags(before));
      }
    }
    shown = models;
    depths.keySet().retainAll(models);
  }

  private static TagSet tags(String model) {
    return TagSet.of(MetricNames.MODEL, model);
  }
}
