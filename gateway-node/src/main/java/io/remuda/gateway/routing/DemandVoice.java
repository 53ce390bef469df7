package io.remuda.gateway.routing;

import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.ModelDemand;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import kamon.tag.TagSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the registry what this gateway's clients ask for: each interval how many of their requests
 * and tasks wait and how soon first tokens came, and at once, and then each interval, that somebody
 * waits for a model that has no instance. Nothing of it needs an answer; what is lost is said
 * again. How many wait is shown in the metrics too, with how many instances are left out.
 */
public final class DemandVoice implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DemandVoice.class);

  /** Of more models the busiest are told. */
  private static final int MOST_MODELS = 500;

  /** More ask for nothing more. */
  private static final long MOST_TASKS = 1_000_000;

  /** Who is told; without a registry in sight nobody is. */
  public interface Registry {
    void demand(Demand demand);

    /**
     * Somebody waits for a model that has no instance.
     *
     * @param waiting requests of this gateway that wait for it
     */
    void wanted(ModelName model, int waiting);
  }

  private final Routes routes;
  private final WaitingRoom room;
  private final Function<Set<String>, Map<String, Duration>> firstTokens;
  private final Supplier<Map<String, Long>> tasks;
  private final Registry registry;
  private final ModelGauges waitingGauges = new ModelGauges(MetricNames.WAITING_REQUESTS);
  private final Map<Priority, ModelGauges> priorityGauges = priorityGauges();
  private final ModelGauges outGauges = new ModelGauges(MetricNames.OUT_NOW);
  private final ScheduledFuture<?> rounds;

  /** Of this start. */
  private final String gateway = UUID.randomUUID().toString();

  private long sequence;

  private DemandVoice(
      Routes routes,
      WaitingRoom room,
      Function<Set<String>, Map<String, Duration>> firstTokens,
      Supplier<Map<String, Long>> tasks,
      Registry registry,
      Duration interval,
      ScheduledExecutorService timers) {
    this.routes = routes;
    this.room = room;
    this.firstTokens = firstTokens;
    this.tasks = tasks;
    this.registry = registry;
    room.onFirst(this::first);
    this.rounds =
        timers.scheduleWithFixedDelay(
            this::round, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Begins to speak.
   *
   * @param firstTokens how long streams lately took to their first bytes, of those of the given
   *     models that had any
   * @param tasks how many durable tasks wait for each model
   */
  public static DemandVoice start(
      Routes routes,
      WaitingRoom room,
      Function<Set<String>, Map<String, Duration>> firstTokens,
      Supplier<Map<String, Long>> tasks,
      Registry registry,
      Duration interval,
      ScheduledExecutorService timers) {
    return new DemandVoice(routes, room, firstTokens, tasks, registry, interval, timers);
  }

  @Override
  public void close() {
    rounds.cancel(false);
  }

  /** Somebody waits for a model for which nobody did: it must not wait for the next round too. */
  private void first(String model) {
    try {
      wake(model, 1);
    } catch (RuntimeException e) {
      log.debug("event=wanted-not-told model={} reason={}", model, e.toString());
    }
  }

  private void round() {
    try {
      Map<String, Integer> waiting = room.depths();
      waitingGauges.show(waiting);
      priorityGauges.forEach((priority, gauges) -> gauges.show(room.depths(priority)));
      outGauges.show(routes.snapshot().leftOut(System.nanoTime()));
      registry.demand(new Demand(gateway, ++sequence, demand(waiting)));
      waiting.forEach(this::wake);
    } catch (RuntimeException e) {
      // The next round says it all again.
      log.debug("event=demand-not-told reason={}", e.toString());
    }
  }

  private static Map<Priority, ModelGauges> priorityGauges() {
    Map<Priority, ModelGauges> gauges = new EnumMap<>(Priority.class);
    for (Priority each : Priority.values()) {
      gauges.put(
          each,
          new ModelGauges(
              MetricNames.WAITING_BY_PRIORITY,
              TagSet.of(MetricNames.PRIORITY, each.name().toLowerCase(Locale.ROOT))));
    }
    return gauges;
  }

  private void wake(String model, int waiting) {
    ModelEntry entry = routes.snapshot().get(model);
    if (entry != null && entry.readyCount() == 0) {
      entry
          .listing()
          .filter(Listing::wakes)
          .ifPresent(listing -> registry.wanted(listing.name(), waiting));
    }
  }

  private List<ModelDemand> demand(Map<String, Integer> waiting) {
    Map<String, Listing> waking =
        routes.snapshot().listings().stream()
            .filter(Listing::wakes)
            .collect(Collectors.toMap(listing -> listing.name().value(), listing -> listing));
    Map<String, Duration> firsts = firstTokens.apply(waking.keySet());
    Map<String, Long> queued = tasks.get();
    return waking.entrySet().stream()
        .map(
            one ->
                new ModelDemand(
                    one.getValue().name(),
                    waiting.getOrDefault(one.getKey(), 0),
                    (int) Math.min(queued.getOrDefault(one.getKey(), 0L), MOST_TASKS),
                    Optional.ofNullable(firsts.get(one.getKey()))))
        .filter(one -> !one.isNothing())
        .sorted(Comparator.comparingInt(ModelDemand::waiting).reversed())
        .limit(MOST_MODELS)
        .toList();
  }
}
