package io.remuda.node.agent;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.metrics.MetricNames;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import kamon.Kamon;
import kamon.metric.Timer;
import org.slf4j.Logger;

/**
 * When an agent has its GPUs looked at: at an interval, and much more often while memory of what
 * has ended is on its way back. Looks are numbered, so that one begun before an end is not taken
 * for one begun after it. Belongs to one actor.
 */
final class GpuLooks {
  private final ActorRef<GpuWatch.Command> watch;
  private final TimerScheduler<NodeAgent.Command> timers;
  private final AgentSettings settings;
  private final Instances instances;
  private final Books books;
  private final Supplier<Long> nanoTime;
  private final Logger log;
  private final Timer back = Kamon.timer(MetricNames.MEMORY_RETURN).withoutTags();
  private final Set<InstanceId> said = new HashSet<>();
  private long number;
  private long wanted;

  GpuLooks(
      ActorRef<GpuWatch.Command> watch,
      TimerScheduler<NodeAgent.Command> timers,
      AgentSettings settings,
      Instances instances,
      Books books,
      Supplier<Long> nanoTime,
      Logger log) {
    this.watch = watch;
    this.timers = timers;
    this.settings = settings;
    this.instances = instances;
    this.books = books;
    this.nanoTime = nanoTime;
    this.log = log;
  }

  /** Has them looked at now, unless a look is under way. */
  void look() {
    number++;
    watch.tell(new GpuWatch.Look(number, instances.processes(), returning().ended().keySet()));
  }

  /** An engine has taken its memory: when it ends it has to be known how much that was. */
  void filled(InstanceId id) {
    if (instances.isMeasurable(id)) {
      books.measures(id, nanoTime.get());
    }
    if (!books.ledger().shareOf(id).isEmpty()) {
      look();
      wanted = number;
    }
  }

  /** An instance's engine has ended: what it held is watched until it is back. */
  void ended(InstanceId id) {
    books.ended(id, number + 1, nanoTime.get());
    if (returning().ended().containsKey(id)) {
      look();
      again();
    }
  }

  /**
   * A look has shown something.
   *
   * @return whether that changes what may be promised
   */
  boolean seen(NodeAgent.GpusSeen seen) {
    MemoryReturn before = returning();
    boolean first = books.gpus(seen);
    MemoryReturn after = returning();
    if (seen.look() > 0 && seen.look() < wanted) {
      // It was under way when an engine had filled its memory, so that the look for it was dropped.
      look();
    }
    before.ended().keySet().stream()
        .filter(id -> !after.ended().containsKey(id))
        .forEach(
            id -> {
              said.remove(id);
              Duration took = since(before, id);
              back.record(took);
              log.info("gpu memory back instance={} after={}", id, took);
            });
    return first || !before.ended().equals(after.ended());
  }

  /** Looks soon again while something has not been away for too long. */
  void again() {
    Set<InstanceId> overdue = returning().overdue(nanoTime.get(), settings.returnLimit());
    overdue.stream()
        .filter(said::add)
        .forEach(
            id ->
                log.warn(
                    "gpu memory not back instance={} after={}; it stays taken until it is",
                    id,
                    since(returning(), id)));
    if (!overdue.containsAll(returning().ended().keySet())) {
      timers.startSingleTimer(new NodeAgent.LookAgain(), settings.returnInterval());
    }
  }

  private Duration since(MemoryReturn returning, InstanceId id) {
    MemoryReturn.Ended one = returning.ended().get(id);
    return one == null ? Duration.ZERO : Duration.ofNanos(nanoTime.get() - one.sinceNanos());
  }

  private MemoryReturn returning() {
    return books.ledger().returning();
  }
}
