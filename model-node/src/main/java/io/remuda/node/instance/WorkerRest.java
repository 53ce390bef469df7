package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The wait for an engine that comes up under a lease: one that takes tasks by itself, as a worker
 * that has joined again may, is to rest before the holder's calls reach it. Belongs to one actor.
 */
final class WorkerRest {

  private static final String TIME = "lease rest";

  private final LeaseGate gate;
  private final Standing standing;
  private final Work work;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Duration limit;
  private Optional<ModelInstance.Proven> waiting = Optional.empty();

  /**
   * @param limit of the wait: a worker that cannot be told to rest is used then as it is
   */
  WorkerRest(
      Standing standing, Work work, TimerScheduler<ModelInstance.Command> timers, Duration limit) {
    this.gate = standing.shown().lease();
    this.standing = standing;
    this.work = work;
    this.timers = timers;
    this.limit = limit;
  }

  /**
   * Whether the engine that has proven itself may serve now. If not, {@code proven} comes again:
   * when it rests, when the lease is over, or when the limit is.
   */
  boolean mayServe(ModelInstance.Proven proven) {
    if (waiting.equals(Optional.of(proven))) {
      waiting = Optional.empty();
      timers.cancel(TIME);
      return true;
    }
    Tenure tenure = gate.tenure();
    // While it is cleared for a lease, that waits for the rest itself.
    Optional<CompletionStage<Void>> rests =
        standing
            .running()
            .filter(engine -> tenure.mode() == Tenure.Mode.HELD)
            .map(engine -> engine.rests(tenure.highest()));
    if (rests.isEmpty() || rests.get().toCompletableFuture().isDone()) {
      return true;
    }
    waiting = Optional.of(proven);
    timers.startSingleTimer(TIME, proven, limit);
    rests.get().thenRun(() -> work.tell(proven));
    return false;
  }

  /** Nobody has the instance for himself any more. */
  void leaseOver() {
    waiting.ifPresent(work::tell);
  }
}
