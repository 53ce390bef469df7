package io.remuda.node.task;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Works off one model's queues: take, claim, run, store, acknowledge, in this order. A worker that
 * dies between any two of these leaves the task to the next one, whose claim makes the dead one's
 * worthless; so a task runs at least once and shows at most one result.
 *
 * <p>While the result store is away, what was taken is kept and tried again after a pause, and
 * holds no slot meanwhile: synchronous calls go on. A task that was begun before may be what ended
 * its worker: such ones are run one at a time, and alone once they were begun twice, so that deadly
 * ones take no other along attempt after attempt. Those that were only handed out are no such ones.
 */
public final class TaskWorker implements AutoCloseable {

  /**
   * A delivery's way to its claim.
   *
   * @param nonce the same for all tries to claim: a store that hung has done them all once it
   *     answers, and they are one attempt
   * @param until when it goes back to the queue, in nanoseconds
   * @param alone beside no other task
   */
  private record Turn(TaskEnvelope task, String nonce, long until, boolean alone) {}

  /**
   * Once may have been another task's doing, and twice that of one that was new beside it. Not
   * sooner: while one is alone, the instance does nothing else.
   */
  private static final int ALONE_AFTER = 2;

  private final Claims claims;
  private final LoneSlots slots;
  private final Patience patience;
  private final TaskRunner runner;
  private final OneAtATime suspects = new OneAtATime();
  private final List<Consumption> consumptions;

  /** Whether the store did not take the last claim; then nobody takes a slot to ask it again. */
  private volatile boolean storeAway;

  /**
   * Begins at once.
   *
   * @param window tasks taken from the queue and not yet acknowledged
   */
  public TaskWorker(
      TaskSource source,
      Claims claims,
      ModelName name,
      String fingerprint,
      int window,
      TaskSlots slots,
      TypedModel model,
      TaskWorkerSettings settings) {
    this(source, claims, name, fingerprint, List.of(), window, slots, model, settings);
  }

  /**
   * Begins at once.
   *
   * @param earlier fingerprints of schemas whose tasks it works off as well
   * @param window tasks taken from all queues and not yet acknowledged, and one from each at least
   */
  public TaskWorker(
      TaskSource source,
      Claims claims,
      ModelName name,
      String fingerprint,
      List<String> earlier,
      int window,
      TaskSlots slots,
      TypedModel model,
      TaskWorkerSettings settings) {
    this.claims = claims;
    this.slots = new LoneSlots(slots);
    this.patience = new Patience(settings);
    this.runner = new TaskRunner(claims, model, settings, patience);
    // Queues that get nothing new have a quarter of the window together.
    int each = earlier.isEmpty() ? 0 : Math.max(1, window / 4 / earlier.size());
    List<Consumption> begun = new ArrayList<>();
    begun.add(
        source.consume(name, fingerprint, Math.max(1, window - each * earlier.size()), this::work));
    earlier.forEach(before -> begun.add(source.consume(name, before, each, this::work)));
    this.consumptions = List.copyOf(begun);
  }

  /** Empty while tasks can be taken and their results kept; else the reason why they cannot. */
  public Optional<String> health() {
    return claims
        .health()
        .or(
            () ->
                consumptions.stream()
                    .flatMap(consumption -> consumption.health().stream())
                    .findFirst());
  }

  /** Tasks that were taken and are not acknowledged yet. */
  public int inFlight() {
    return consumptions.stream().mapToInt(Consumption::inFlight).sum();
  }

  /**
   * Begins nothing more; completes when nothing is under way any more. What a store that is away
   * does not take at once goes back to its queue, a result or that a task is given up alike: who
   * drains has a limit, and the next worker's claim comes to the same end.
   */
  public CompletionStage<Void> drain() {
    patience.end();
    return CompletableFuture.allOf(
        consumptions.stream()
            .map(consumption -> consumption.drain().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  /** Ends at once; what is not acknowledged goes back to the queue. */
  @Override
  public void close() {
    patience.end();
    consumptions.forEach(Consumption::close);
  }

  private CompletionStage<Verdict> work(Delivery delivery) {
    TaskEnvelope task = delivery.task();
    if (!delivery.again()) {
      return begin(turn(task, false));
    }
    // A look and no claim: who waits in the line must not count as begun once more, nor hold a
    // slot.
    return patience
        .ask(() -> claims.look(task))
        .thenCompose(
            seen -> {
              if (seen.ended()) {
                return CompletableFuture.completedStage(Verdict.ACK);
              }
              boolean alone = seen.attempt() >= ALONE_AFTER;
              return seen.attempt() > 0
                  ? suspects.run(() -> begin(turn(task, alone)))
                  : begin(turn(task, alone));
            });
  }

  private Turn turn(TaskEnvelope task, boolean alone) {
    return new Turn(task, UUID.randomUUID().toString(), patience.until(), alone);
  }

  /**
   * A slot first and the claim after it, for a claim counts as an attempt. A store that is away is
   * asked without a slot until it answers: else all slots would wait with it.
   */
  private CompletionStage<Verdict> begin(Turn turn) {
    if (!storeAway) {
      return withSlot(turn);
    }
    return patience
        .ask(() -> claims.look(turn.task()), turn.until())
        .thenCompose(
            seen -> {
              storeAway = false;
              return withSlot(turn);
            });
  }

  private CompletionStage<Verdict> withSlot(Turn turn) {
    return slots
        .take(turn.alone())
        .<CompletionStage<Verdict>>handle(
            (slot, none) ->
                // No slot will come: the instance is not ready any more, and another one is.
                none == null ? inSlot(turn, slot) : CompletableFuture.completedStage(Verdict.RETRY))
        .thenCompose(verdict -> verdict);
  }

  private CompletionStage<Verdict> inSlot(Turn turn, TaskSlots.Slot slot) {
    if (patience.isOver()) {
      slot.release();
      return CompletableFuture.completedStage(Verdict.RETRY);
    }
    if (storeAway) {
      slot.release();
      return begin(turn);
    }
    CompletionStage<Optional<Claims.Claim>> claimed;
    try {
      claimed = claims.claim(turn.task(), turn.nonce());
    } catch (RuntimeException broken) {
      slot.release();
      return CompletableFuture.failedStage(broken);
    }
    return claimed
        .<CompletionStage<Verdict>>handle(
            (claim, failure) -> {
              if (failure != null) {
                // Before the slot goes to the next task, which would find the same.
                storeAway = true;
                slot.release();
                return patience.again(failure, turn.until(), () -> begin(turn));
              }
              return claim.isEmpty()
                  ? CompletableFuture.completedStage(Verdict.ACK)
                  : runner.run(claim.get(), slot);
            })
        .thenCompose(verdict -> verdict)
        .whenComplete((verdict, failure) -> slot.release());
  }
}
