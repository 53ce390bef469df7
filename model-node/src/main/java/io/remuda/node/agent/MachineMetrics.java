package io.remuda.node.agent;

import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import kamon.Kamon;
import kamon.metric.MeasurementUnit;
import kamon.metric.Metric;
import kamon.tag.TagSet;

/** A machine's report as measurements; what is gone from the report is gone from them. */
final class MachineMetrics {

  private static final double MIB = 1024.0 * 1024.0;

  private record Series(String name, TagSet tags) {}

  private final Map<String, Integer> restarts = new HashMap<>();
  private Set<Series> shown = Set.of();

  void show(NodeReport report) {
    Map<Series, Double> now = new HashMap<>();
    String machine = report.machine().toString();
    for (InstanceReport instance : report.instances()) {
      instance(instance, now);
    }
    for (Gpu gpu : report.capacity().gpus()) {
      gpu(machine, gpu, now);
    }
    TagSet host = TagSet.of(MetricNames.MACHINE, machine);
    now.put(
        new Series(MetricNames.HOST_MEMORY, host.withTag(MetricNames.KIND, "total")),
        report.capacity().memoryTotalMiB() * MIB);
    now.put(
        new Series(MetricNames.HOST_MEMORY, host.withTag(MetricNames.KIND, "reserved")),
        report.capacity().memoryReservedMiB() * MIB);
    now.forEach((series, value) -> gauge(series.name()).withTags(series.tags()).update(value));
    // A series that is taken away would show its last value for minutes: it shows nothing instead.
    shown.stream()
        .filter(series -> !now.containsKey(series))
        .forEach(series -> gauge(series.name()).withTags(series.tags()).update(0));
    shown = new HashSet<>(now.keySet());
    restarts
        .keySet()
        .removeIf(
            id -> report.instances().stream().noneMatch(each -> each.id().toString().equals(id)));
  }

  private static Metric.Gauge gauge(String name) {
    boolean bytes = name.equals(MetricNames.HOST_MEMORY) || name.equals(MetricNames.GPU_MEMORY);
    return Kamon.gauge(
        name, bytes ? MeasurementUnit.information().bytes() : MeasurementUnit.none());
  }

  private void instance(InstanceReport instance, Map<Series, Double> now) {
    String model = instance.id().model().value();
    String id = instance.id().toString();
    TagSet tags = TagSet.of(MetricNames.MODEL, model);
    now.merge(
        new Series(MetricNames.INSTANCES, tags.withTag(MetricNames.PHASE, instance.phase().name())),
        1.0,
        Double::sum);
    TagSet own = tags.withTag(MetricNames.INSTANCE, id);
    now.put(new Series(MetricNames.IN_FLIGHT, own), (double) instance.inFlight());
    now.put(new Series(MetricNames.QUEUED, own), (double) instance.queued());
    instance
        .tasks()
        .ifPresent(
            tasks -> now.put(new Series(MetricNames.TASKS_TAKEN, own), tasks.taking() ? 1.0 : 0.0));
    // What a former JVM has counted was in its own counter.
    Integer before = restarts.put(id, instance.restarts());
    if (before != null && instance.restarts() > before) {
      Kamon.counter(MetricNames.RESTARTS).withTags(tags).increment(instance.restarts() - before);
    }
  }

  private static void gpu(String machine, Gpu gpu, Map<Series, Double> now) {
    TagSet tags =
        TagSet.of(MetricNames.MACHINE, machine)
            .withTag(MetricNames.GPU, Integer.toString(gpu.index()));
    memory(tags, "total", gpu.memoryTotalMiB(), now);
    memory(tags, "used", gpu.memoryUsedMiB(), now);
    memory(tags, "reserved", gpu.memoryReservedMiB(), now);
    gpu.utilizationPercent()
        .ifPresent(
            percent -> now.put(new Series(MetricNames.GPU_UTILIZATION, tags), percent / 100));
    gpu.temperatureCelsius()
        .ifPresent(degrees -> now.put(new Series(MetricNames.GPU_TEMPERATURE, tags), degrees));
    gpu.powerWatts().ifPresent(watts -> now.put(new Series(MetricNames.GPU_POWER, tags), watts));
  }

  private static void memory(TagSet tags, String kind, long mib, Map<Series, Double> now) {
    now.put(new Series(MetricNames.GPU_MEMORY, tags.withTag(MetricNames.KIND, kind)), mib * MIB);
  }
}
