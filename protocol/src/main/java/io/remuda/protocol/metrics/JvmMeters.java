package io.remuda.protocol.metrics;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;
import kamon.tag.TagSet;

/** The JVM's own readings, taken all together, at the pace of the metrics. */
final class JvmMeters {

  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();

  private final Gauge heap = memoryGauge("heap");
  private final Gauge other = memoryGauge("other");
  private final Gauge threadCount = Kamon.gauge(MetricNames.JVM_THREADS).withoutTags();
  private final Gauge collecting = seconds(MetricNames.JVM_GC_TIME);
  private final Gauge processor = seconds(MetricNames.PROCESS_CPU_TIME);
  private final Gauge uptime = seconds(MetricNames.PROCESS_UPTIME);

  /** Takes all readings at the pace of {@code interval}, on Kamon's own thread. */
  void readEvery(Duration interval) {
    Consumer<Gauge> readAll = gauge -> read();
    uptime.autoUpdate(readAll, interval);
  }

  private void read() {
    heap.update(memory.getHeapMemoryUsage().getUsed());
    other.update(memory.getNonHeapMemoryUsage().getUsed());
    threadCount.update(threads.getThreadCount());
    long millis = collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
    collecting.update(millis / 1e3);
    uptime.update(runtime.getUptime() / 1e3);
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(spent -> processor.update(spent.toMillis() / 1e3));
  }

  private static Gauge memoryGauge(String area) {
    return Kamon.gauge(MetricNames.JVM_MEMORY, MeasurementUnit.information().bytes())
        .withTags(TagSet.of(MetricNames.AREA, area));
  }

  private static Gauge seconds(String name) {
    return Kamon.gauge(name, MeasurementUnit.time().seconds()).withoutTags();
  }
}
