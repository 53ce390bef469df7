package io.remuda.gateway.batches;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.tasks.Backends;
import io.remuda.gateway.tasks.Rounds;
import io.remuda.gateway.tasks.TaskDesk;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches that nobody drives and drives them until they have ended. A gateway that goes, or
 * says nothing for as long as the lease, is followed by whichever looks next.
 */
public final class BatchDriver implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchDriver.class);

  private final Supplier<Backends> backends;
  private final TaskDesk desk;
  private final LineWork work;
  private final BatchSettings settings;
  private final ScheduledExecutorService timers;
  private final InstantSource clock;
  private final String holder;
  private final ExecutorService readers;
  private final ByteBudget budget;
  private final Map<String, BatchRun> runs = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private Optional<Rounds> rounds = Optional.empty();

  private BatchDriver(
      Supplier<Backends> backends,
      TaskDesk desk,
      LineWork work,
      BatchSettings settings,
      ScheduledExecutorService timers,
      InstantSource clock,
      String holder) {
    this.backends = backends;
    this.desk = desk;
    this.work = work;
    this.settings = settings;
    this.timers = timers;
    this.clock = clock;
    this.holder = holder;
    this.readers =
        Executors.newFixedThreadPool(
            settings.threads(),
            task -> {
              Thread thread = new Thread(task, "batches");
              thread.setDaemon(true);
              return thread;
            });
    this.budget = new ByteBudget(settings.memory(), readers);
  }

  /**
   * Starts looking for batches.
   *
   * @param timers wakes the passes; their work is the stores' own
   * @param holder tells this gateway, and this start of it, from all others
   */
  public static BatchDriver start(
      Supplier<Backends> backends,
      TaskDesk desk,
      LineWork work,
      BatchSettings settings,
      ScheduledExecutorService timers,
      InstantSource clock,
      String holder) {
    BatchDriver driver = new BatchDriver(backends, desk, work, settings, timers, clock, holder);
    driver.rounds =
        Optional.of(
            Rounds.start(
                "batches", settings.lookPause(), settings.roundLimit(), timers, driver::look));
    return driver;
  }

  private CompletionStage<Boolean> look() {
    Backends now = backends.get();
    int free = settings.atOnce() - runs.size();
    if (free <= 0 || now.shelf().isEmpty() || now.results().isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    Shelf shelf = now.shelf().get();
    ResultStore results = now.results().get();
    return shelf
        .take(Documents.BATCH, holder, clock.instant(), settings.lease(), free)
        .thenApply(
            taken -> {
              for (Shelf.Document each : taken) {
                BatchRun run =
                    new BatchRun(
                        new BatchRun.Parts(
                            shelf, results, desk, work, settings, clock, holder, budget, readers),
                        each);
                if (runs.putIfAbsent(each.id(), run) == null) {
                  LOG.info("event=batch-taken batch={}", each.id());
                  next(run, Duration.ZERO, settings.firstPause(), clock.instant());
                }
              }
              return false;
            });
  }

  /**
   * Plans a pass.
   *
   * @param step the pause after a pass that brings nothing
   * @param since the last pass that brought something
   */
  private void next(BatchRun run, Duration nap, Duration step, Instant since) {
    if (closed) {
      return;
    }
    try {
      timers.schedule(
          () -> readers.execute(() -> pass(run, step, since)),
          nap.toMillis(),
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      closed = true; // The gateway ends.
    }
  }

  private void pass(BatchRun run, Duration step, Instant since) {
    if (closed) {
      return;
    }
    CompletionStage<BatchRun.Next> passed;
    try {
      passed = run.pass();
    } catch (RuntimeException e) {
      passed = CompletableFuture.failedStage(e);
    }
    passed.whenComplete(
        (next, failure) -> {
          if (failure != null) {
            LOG.warn("event=batch-pass-failed batch={} reason={}", run.id(), failure.toString());
            idle(run, longer(step), longer(step), since);
            return;
          }
          switch (next) {
            case AT_ONCE -> next(run, Duration.ZERO, settings.firstPause(), clock.instant());
            case SOON -> next(run, settings.firstPause(), settings.firstPause(), clock.instant());
            case LATER -> idle(run, step, longer(step), since);
            case OVER -> runs.remove(run.id());
          }
        });
  }

  private Duration longer(Duration step) {
    Duration twice = step.multipliedBy(2);
    return twice.compareTo(settings.longestPause()) < 0 ? twice : settings.longestPause();
  }

  /** One that does not get on must not keep those away that would. */
  private void idle(BatchRun run, Duration nap, Duration step, Instant since) {
    boolean crowded = runs.size() >= settings.atOnce();
    if (!crowded || clock.instant().isBefore(since.plus(settings.idleLimit()))) {
      next(run, nap, step, since);
      return;
    }
    run.park()
        .whenComplete(
            (parked, failure) -> {
              // Without a word to the store, the lease ends by itself.
              runs.remove(run.id());
              LOG.info("event=batch-parked batch={}", run.id());
            });
  }

  /** Begins no further pass; another gateway goes on once the leases are over. */
  @Override
  public void close() {
    closed = true;
    rounds.ifPresent(Rounds::close);
    readers.shutdown();
  }
}
