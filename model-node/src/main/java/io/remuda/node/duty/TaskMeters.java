package io.remuda.node.duty;

import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import kamon.Kamon;
import kamon.tag.TagSet;

/** Counts one model's tasks on this machine. */
final class TaskMeters {
  private final TagSet model;

  TaskMeters(String model) {
    this.model = TagSet.of(MetricNames.MODEL, model);
  }

  /** One attempt begins. */
  void began(int attempt) {
    Kamon.counter(MetricNames.TASK_STARTS)
        .withTags(model.withTag(MetricNames.KIND, attempt > 1 ? "again" : "first"))
        .increment();
  }

  /** The model has answered, or has not. */
  void ran(String outcome, long nanos) {
    Kamon.timer(MetricNames.TASK_RUN)
        .withTags(model.withTag(MetricNames.OUTCOME, outcome))
        .record(Duration.ofNanos(nanos));
  }

  /** A task has ended here. */
  void ended(String outcome) {
    Kamon.counter(MetricNames.TASK_ENDS)
        .withTags(model.withTag(MetricNames.OUTCOME, outcome))
        .increment();
  }
}
