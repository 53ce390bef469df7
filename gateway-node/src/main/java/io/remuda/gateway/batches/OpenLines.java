package io.remuda.gateway.batches;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Ended;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The lines of one batch on their way: opened as long as there is room, submitted as tasks, and
 * answered when those have ended; how far each is stands in its {@link LineLedger}. One step at a
 * time; a step that fails may be taken again.
 */
final class OpenLines {

  /** How often a body is in memory while it is submitted. */
  private static final int BODY_COPIES = 4;

  private final BatchRun.Parts parts;
  private final InputLines input;
  private final LineTasks tasks;
  private final LineOutcomes outcomes;
  private final LineLedger ledger;

  // All below is set between two steps.
  private BatchRecord batch;
  private Instant expires = Instant.EPOCH;
  private boolean loaded;

  OpenLines(BatchRun.Parts parts, BatchRecord batch) {
    this.parts = parts;
    this.input = new InputLines(parts, batch.getInputFileId());
    this.tasks = new LineTasks(parts);
    this.ledger = new LineLedger(parts.settings().window(), parts.settings().windowSize());
    this.outcomes = new LineOutcomes(parts, batch.getId(), ledger::answered);
    this.batch = batch;
  }

  /**
   * Begins a pass.
   *
   * @param expires when answers may be forgotten
   */
  void begin(BatchRecord now, Instant expires) {
    this.batch = now;
    this.expires = expires;
    ledger.begin();
  }

  boolean progressed() {
    return ledger.progressed();
  }

  boolean allDone() {
    return ledger.allAnswered(batch.getTotal());
  }

  BatchRecord counted() {
    return ledger.counted(batch);
  }

  /** What was answered before this run began. */
  CompletionStage<Void> load() {
    if (loaded) {
      return nothing();
    }
    return outcomes.load().thenAccept(done -> loaded = true);
  }

  /** Opens lines until there are as many as there may be, or no more. */
  CompletionStage<Void> fill() {
    if (!open() || input.ended()) {
      return nothing();
    }
    return input
        .more()
        .thenComposeAsync(
            more -> {
              if (!more) {
                return nothing();
              }
              ledger.progressing();
              return fill();
            },
            parts.executor());
  }

  /** Whether there is room for more lines than were at hand. */
  private boolean open() {
    long size = ledger.size();
    while (ledger.hasRoom(size)) {
      Optional<RawLine> next = input.next();
      if (next.isEmpty()) {
        return true;
      }
      // Taken off only once it is opened: none is lost.
      RawLine raw = next.get();
      if (!ledger.isAnswered(raw.number())) {
        ledger.open(OpenLine.of(raw, LineTasks.id(batch, raw.number())));
        size += raw.bytes().length;
      }
      input.taken();
    }
    return false;
  }

  /**
   * Puts what was opened into the queues of its models. Where nothing was left of a minute's limit
   * one line asks ahead of the others, so that no store is asked for all of them in vain: each time
   * another one, since one that wants much may have to wait where others need not.
   */
  CompletionStage<Void> submit() {
    List<OpenLine> lines = ledger.fresh();
    int ahead = ledger.wasLimited() ? Math.min(1, lines.size()) : 0;
    return submit(lines.subList(0, ahead))
        .thenCompose(
            asked -> ledger.isLimited() ? nothing() : submit(lines.subList(ahead, lines.size())));
  }

  private CompletionStage<Void> submit(List<OpenLine> lines) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (OpenLine open : lines) {
      long bytes = OpenLine.LEAST + (long) open.size() * BODY_COPIES;
      all.add(parts.budget().with(bytes, () -> submit(open)).toCompletableFuture());
    }
    return together(all);
  }

  private CompletionStage<Void> submit(OpenLine open) {
    if (ledger.isLimited()) {
      return nothing();
    }
    LineWork.Prepared prepared = tasks.prepare(open);
    if (prepared instanceof LineWork.Task task) {
      return tasks
          .submit(batch, open, task)
          .thenAccept(state -> ledger.submitted(open, task.model()))
          .exceptionallyCompose(
              failure -> notSubmitted(open, task.model(), TaskRefusal.of(failure)));
    }
    return prepared instanceof LineWork.Known known ? answer(open, known.answer()) : nothing();
  }

  /**
   * No queue, no store, or nothing left of a minute's limit: the line stays and is submitted again,
   * and those behind it wait for the next pass with it. A budget that is used up ends it, unless it
   * has ended by itself: a gateway that died may have put it into its queue. Its record says how it
   * ended either way.
   */
  private CompletionStage<Void> notSubmitted(OpenLine open, ModelName model, Refused why) {
    if (why.code() == ErrorCode.INSUFFICIENT_QUOTA) {
      return tasks
          .giveUp(open, why)
          .thenCompose(
              state -> {
                if (Ended.is(state)) {
                  ledger.submitted(open, model);
                  return nothing();
                }
                return answer(open, LineAnswer.refused(why.code(), why.message(), ""));
              });
    }
    if (why.code() == ErrorCode.RATE_LIMIT_EXCEEDED) {
      ledger.limited(open);
    }
    return nothing();
  }

  /** Takes the answers of those that have ended, few enough at a time for the memory there is. */
  CompletionStage<Void> collect() {
    List<OpenLine> lines = ledger.submitted();
    return outcomes
        .outlines(lines)
        .thenComposeAsync(
            outlines -> {
              List<CompletableFuture<Void>> all = new ArrayList<>();
              for (OpenLine open : lines) {
                ResultStore.Outline outline = outlines.get(open.task());
                if (outline == null) {
                  // The store was flushed: the line is submitted anew.
                  ledger.lost(open);
                } else if (Ended.is(outline.state())) {
                  all.add(
                      read(open, outline, record -> LineAnswers.of(record, parts.work()))
                          .toCompletableFuture());
                } else {
                  open.model()
                      .flatMap(parts.work()::gone)
                      // The next pass reads how it ended.
                      .map(why -> tasks.giveUp(open, why).thenAccept(state -> ledger.progressing()))
                      .ifPresent(ended -> all.add(ended.toCompletableFuture()));
                }
              }
              return together(all);
            },
            parts.executor());
  }

  /** Gives what has ended its answer, ends the rest, and answers that with {@code otherwise}. */
  CompletionStage<Void> close(TaskState end, LineAnswer otherwise) {
    List<OpenLine> lines = new ArrayList<>(ledger.fresh());
    lines.addAll(ledger.submitted());
    return close(lines, end, otherwise).thenCompose(closed -> closeMissing(end, otherwise));
  }

  /** Answers what is left of lines whose input is gone. */
  CompletionStage<Void> closeWithoutInput() {
    return input.gone()
        ? closeMissing(TaskState.CANCELLED, LineAnswers.INPUT_GONE)
        : OpenLines.nothing();
  }

  /** Lines that the input, read to its end, did not have: none stays without an answer. */
  private CompletionStage<Void> closeMissing(TaskState end, LineAnswer otherwise) {
    List<Integer> missing = input.ended() ? ledger.missing(batch.getTotal()) : List.of();
    List<OpenLine> lost =
        missing.stream()
            .map(line -> OpenLine.unreadable(line, LineTasks.id(batch, line), Optional.empty()))
            .toList();
    return close(lost, end, otherwise);
  }

  private CompletionStage<Void> close(List<OpenLine> lines, TaskState end, LineAnswer otherwise) {
    return outcomes
        .outlines(lines)
        .thenComposeAsync(
            outlines -> {
              List<CompletableFuture<Void>> all = new ArrayList<>();
              for (OpenLine open : lines) {
                ResultStore.Outline outline = outlines.get(open.task());
                LineAnswer none = open.known().orElse(otherwise);
                CompletionStage<Void> closed;
                if (outline == null || outline.state() == end) {
                  closed = answer(open, none);
                } else if (Ended.is(outline.state())) {
                  closed = read(open, outline, this::lateAnswer);
                } else {
                  closed = end(open, end, none);
                }
                all.add(closed.toCompletableFuture());
              }
              return together(all);
            },
            parts.executor());
  }

  private CompletionStage<Void> end(OpenLine open, TaskState end, LineAnswer otherwise) {
    return tasks
        .end(open, end)
        .thenCompose(
            state -> {
              if (!Ended.is(state) || state == end) {
                return answer(open, otherwise);
              }
              // It has ended by itself at this moment: the next pass reads how.
              ledger.progressing();
              return nothing();
            });
  }

  /** Work that is done is never thrown away: empty while its schema may still become known. */
  private Optional<LineAnswer> lateAnswer(TaskRecord ended) {
    Optional<LineAnswer> answer = LineAnswers.of(ended, parts.work());
    long cancelled = batch.getCancellingAtMillis();
    long since = cancelled > 0 ? cancelled : batch.getExpiresAtMillis();
    boolean over = parts.clock().millis() >= since + parts.settings().schemaWait().toMillis();
    return answer.isPresent() || !over ? answer : Optional.of(LineAnswers.bytes(ended));
  }

  private CompletionStage<Void> read(
      OpenLine open, ResultStore.Outline outline, LineOutcomes.Answering answering) {
    return outcomes.read(open, outline, answering, expires);
  }

  private CompletionStage<Void> answer(OpenLine open, LineAnswer answer) {
    return outcomes.put(open, answer, expires);
  }

  private static CompletionStage<Void> together(List<CompletableFuture<Void>> all) {
    return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
  }

  private static CompletionStage<Void> nothing() {
    return CompletableFuture.completedStage(null);
  }
}
