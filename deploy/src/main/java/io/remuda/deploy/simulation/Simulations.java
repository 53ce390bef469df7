package io.remuda.deploy.simulation;

import io.remuda.deploy.simulation.Simulation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** Many seeds, side by side on some threads; each is alone in its thread. */
public final class Simulations {

  private final SimulationSettings settings = SimulationSettings.load();
  private final int steps;
  private final Plant plant;

  /**
   * @param steps of each seed; one that is still coming to rest then goes on until it had its time
   */
  public Simulations(int steps, Plant plant) {
    this.steps = steps;
    this.plant = plant;
  }

  public Outcome run(long seed) {
    return Simulation.run(settings, seed, steps, plant);
  }

  /**
   * Runs seeds from {@code first} on until one goes wrong.
   *
   * @param done told how many are over, from any thread
   * @return the lowest seed that was found to go wrong, if one did
   */
  public Optional<Outcome> run(long first, int count, int threads, IntConsumer done)
      throws InterruptedException {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      AtomicLong next = new AtomicLong(first);
      AtomicLong end = new AtomicLong(first + count);
      Callable<Optional<Outcome>> work = () -> work(first, next, end, done);
      List<Future<Optional<Outcome>>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(workers.submit(work));
      }
      Optional<Outcome> worst = Optional.empty();
      for (Future<Optional<Outcome>> each : all) {
        Optional<Outcome> found = each.get();
        if (found.isPresent() && (worst.isEmpty() || found.get().seed() < worst.get().seed())) {
          worst = found;
        }
      }
      return worst;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a simulation ended with a failure of its own", e);
    } finally {
      workers.shutdownNow();
    }
  }

  private Optional<Outcome> work(long first, AtomicLong next, AtomicLong end, IntConsumer done) {
    while (true) {
      long seed = next.getAndIncrement();
      if (seed >= end.get()) {
        return Optional.empty();
      }
      Outcome outcome = guarded(seed);
      done.accept((int) (seed - first + 1));
      if (!outcome.isWell()) {
        end.set(seed);
        return Optional.of(outcome);
      }
    }
  }

  private Outcome guarded(long seed) {
    try {
      return run(seed);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "seed %d of %d steps failed by itself".formatted(seed, steps), e);
    }
  }
}
