package io.remuda.gateway.batches;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way, driven by one gateway in passes, one after the other.
 *
 * <p>All that counts is in the store: the batch's record, the answers of lines that have ended, and
 * the lines' tasks, whose ids follow from the batch's id and the line's number. So a run can be
 * broken off anywhere and begun anew anywhere else; two of them at one time submit the same tasks,
 * of which each runs under one claim, and of two answers to one line the first stays.
 */
final class BatchRun {

  /** Pieces of the input that one pass of the validation reads. */
  private static final int READ_AT_ONCE = 16;

  private static final Duration SAVE_PAUSE = Duration.ofSeconds(1);

  private final Parts parts;
  private final Shelf shelf;
  private final InstantSource clock;
  private final String id;

  // All below belongs to the pass under way; one ends before the next begins.
  private Shelf.Document document;
  private BatchRecord batch;
  private Instant heldAt;
  private Instant savedAt = Instant.EPOCH;
  private @Nullable LineWalk walk;
  private @Nullable LineCheck check;
  private final OpenLines lines;

  /** What a gateway needs to drive batches. */
  record Parts(
      Shelf shelf,
      ResultStore results,
      TaskDesk desk,
      LineWork work,
      BatchSettings settings,
      InstantSource clock,
      String holder,
      ByteBudget budget,
      Executor executor) {}

  /** Whether there is another pass, and whether to wait before it. */
  enum Next {
    AT_ONCE,
    SOON,
    /** This pass has brought nothing. */
    LATER,
    OVER
  }

  BatchRun(Parts parts, Shelf.Document taken) {
    this.parts = parts;
    this.shelf = parts.shelf();
    this.clock = parts.clock();
    this.id = taken.id();
    this.document = taken;
    this.batch = Documents.batchOf(taken);
    this.heldAt = clock.instant();
    this.lines = new OpenLines(parts, batch);
  }

  String id() {
    return id;
  }

  /** Does what can be done now. A pass that fails may be tried again; nothing is lost by it. */
  CompletionStage<Next> pass() {
    return held()
        .thenCompose(
            held ->
                held
                    ? shelf.read(id).thenComposeAsync(this::step, parts.executor())
                    : CompletableFuture.completedStage(Next.OVER));
  }

  /** Hands the batch on to whoever takes it next, this gateway included. */
  CompletionStage<Boolean> park() {
    return shelf.hold(document, parts.holder(), clock.instant());
  }

  private CompletionStage<Boolean> held() {
    Instant now = clock.instant();
    if (now.isBefore(heldAt.plus(parts.settings().lease().dividedBy(3)))) {
      return CompletableFuture.completedStage(true);
    }
    return shelf
        .hold(document, parts.holder(), now.plus(parts.settings().lease()))
        .thenApply(
            held -> {
              heldAt = now;
              return held;
            });
  }

  private CompletionStage<Next> step(Optional<Shelf.Document> found) {
    if (found.isEmpty()) {
      return CompletableFuture.completedStage(Next.OVER);
    }
    document = found.get();
    batch = Documents.batchOf(document);
    lines.begin(batch, document.expires());
    return switch (BatchDecider.step(batch, clock.instant())) {
      case VALIDATE -> validate();
      case EXPIRE -> replaced(BatchDecider.finalizing(batch, true, clock.instant()), true);
      case RUN -> lines.load().thenCompose(done -> run());
      case CLOSE -> lines.load().thenCompose(done -> close());
      case ASSEMBLE -> assemble(batch);
      case NOTHING -> CompletableFuture.completedStage(Next.OVER);
    };
  }

  private CompletionStage<Next> replaced(BatchRecord next, boolean open) {
    // Whoever changed it meanwhile, a client that cancels or another gateway, is heard first.
    return shelf
        .replace(document.with(next.toByteString()), open)
        .thenApply(changed -> Next.AT_ONCE);
  }

  private CompletionStage<Next> validate() {
    LineCheck checking =
        check != null
            ? check
            : new LineCheck(
                batch.getEndpoint(),
                parts.settings().lines(),
                parts.settings().lineLimit(),
                line -> parts.work().check(line, this::sees));
    check = checking;
    CompletionStage<LineWalk> begun =
        walk != null
            ? CompletableFuture.completedStage(walk)
            : LineWalk.of(shelf, batch.getInputFileId(), parts.settings().lineLimit());
    return begun
        .thenCompose(
            reading -> {
              walk = reading;
              return read(reading, checking, READ_AT_ONCE);
            })
        .thenCompose(
            over -> {
              if (!over) {
                return CompletableFuture.completedStage(Next.AT_ONCE);
              }
              walk = null;
              check = null;
              BatchRecord next =
                  BatchDecider.validated(
                      batch, checking.lines(), checking.problems(), clock.instant());
              return replaced(next, !BatchDecider.ended(next.getStatus()));
            })
        .exceptionallyCompose(
            failure -> {
              // Lines may have been read and not checked: the next pass reads from the first one.
              walk = null;
              check = null;
              return withoutInput(failure);
            });
  }

  private CompletionStage<Boolean> read(LineWalk reading, LineCheck checking, int pieces) {
    return reading
        .more()
        .thenComposeAsync(
            found -> {
              for (RawLine line : found) {
                if (!checking.add(line)) {
                  return CompletableFuture.completedStage(true);
                }
              }
              return reading.ended() || pieces <= 1
                  ? CompletableFuture.completedStage(reading.ended())
                  : read(reading, checking, pieces - 1);
            },
            parts.executor());
  }

  /** A batch whose input was deleted has failed; any other failure passes. */
  private CompletionStage<Next> withoutInput(Throwable failure) {
    Refused why = TaskRefusal.of(failure);
    if (why.code() != ErrorCode.NOT_FOUND) {
      return CompletableFuture.failedStage(failure);
    }
    BatchProblem problem =
        BatchProblem.newBuilder()
            .setCode("input_file_gone")
            .setMessage("the input file was deleted while the batch needed it; upload it again")
            .build();
    BatchRecord next =
        BatchDecider.validated(batch, batch.getTotal(), List.of(problem), clock.instant());
    return replaced(next, false);
  }

  private boolean sees(ModelName model) {
    return AllowList.allows(batch.getModelsList(), model);
  }

  private CompletionStage<Next> run() {
    return lines
        .fill()
        .thenCompose(filled -> lines.submit())
        .thenCompose(sent -> lines.collect())
        .thenCompose(collected -> lines.closeWithoutInput())
        .thenCompose(closed -> saved(false));
  }

  /** Ends what runs; what was never submitted is answered without it. */
  private CompletionStage<Next> close() {
    boolean overdue = batch.getCancellingAtMillis() == 0;
    return lines
        .fill()
        .thenCompose(
            filled ->
                overdue
                    ? lines.close(TaskState.EXPIRED, LineAnswers.EXPIRED)
                    : lines.close(TaskState.CANCELLED, LineAnswers.CANCELLED))
        .thenCompose(
            closed -> !overdue && lines.allDone() ? assemble(lines.counted()) : saved(overdue));
  }

  private CompletionStage<Next> saved(boolean overdue) {
    Instant now = clock.instant();
    BatchRecord counted = lines.counted();
    if (lines.allDone()) {
      return replaced(BatchDecider.finalizing(counted, overdue, now), true);
    }
    Next next = lines.progressed() ? Next.SOON : Next.LATER;
    if (counted.equals(batch) || now.isBefore(savedAt.plus(SAVE_PAUSE))) {
      return CompletableFuture.completedStage(next);
    }
    savedAt = now;
    return replaced(counted, true).thenApply(saved -> next);
  }

  private CompletionStage<Next> assemble(BatchRecord counted) {
    return new OutputFiles(parts, counted)
        .write()
        .thenCompose(ended -> shelf.replace(document.with(ended.toByteString()), false))
        .thenCompose(
            changed ->
                // Who was not the one to end it must not take the lines away.
                changed ? shelf.drop(id) : CompletableFuture.completedStage(null))
        .thenApply(dropped -> Next.AT_ONCE);
  }
}
