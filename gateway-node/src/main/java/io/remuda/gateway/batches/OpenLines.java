package io.remuda.gateway.batches;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Ended;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The lines of one batch: those that are under way, which are bounded in number and bytes, and what
 * is known of all others. One step at a time; a step that fails may be taken again.
 */
final class OpenLines {

  /** How often a body is in memory while it is submitted. */
  private static final int BODY_COPIES = 4;

  /** How often a result is, until its line is written: as bytes, as JSON, as a line, on its way. */
  private static final int RESULT_COPIES = 8;

  private static final long LEAST = 4096;

  private final BatchRun.Parts parts;
  private final ResultStore results;
  private final BatchSettings settings;

  private BatchRecord batch;
  private Instant expires = Instant.EPOCH;
  private Optional<LineWalk> walk = Optional.empty();
  private boolean inputGone;
  private boolean loaded;
  // Guarded by this: the lines of one step are worked on by several threads.
  private final BitSet done = new BitSet();
  private int completed;
  private int failed;
  private boolean progress;
  private final Deque<RawLine> waiting = new ArrayDeque<>();
  private final Map<Integer, OpenLine> fresh = new LinkedHashMap<>();
  private final Map<Integer, OpenLine> submitted = new LinkedHashMap<>();

  OpenLines(BatchRun.Parts parts, BatchRecord batch) {
    this.parts = parts;
    this.results = parts.results();
    this.settings = parts.settings();
    this.batch = batch;
  }

  /**
   * Begins a pass.
   *
   * @param expires when answers may be forgotten
   */
  synchronized void begin(BatchRecord now, Instant expires) {
    this.batch = now;
    this.expires = expires;
    this.progress = false;
  }

  synchronized boolean progressed() {
    return progress;
  }

  synchronized boolean allDone() {
    return done.cardinality() >= batch.getTotal();
  }

  synchronized BatchRecord counted() {
    return BatchDecider.counted(batch, completed, failed);
  }

  /** What was answered before this run began. */
  CompletionStage<Void> load() {
    if (loaded) {
      return nothing();
    }
    return parts
        .shelf()
        .marks(batch.getId())
        .thenAccept(
            marks -> {
              marks.forEach(mark -> answered(mark.number(), LineMark.of(mark.mark())));
              loaded = true;
            });
  }

  private synchronized void answered(int line, LineMark mark) {
    if (!done.get(line)) {
      done.set(line);
      completed += mark.completed() ? 1 : 0;
      failed += mark.completed() ? 0 : 1;
      progress = true;
    }
    fresh.remove(line);
    submitted.remove(line);
  }

  /** Opens lines until there are as many as there may be, or no more. */
  CompletionStage<Void> fill() {
    if (!open() || inputGone) {
      return nothing();
    }
    return walk()
        .thenCompose(
            reading ->
                reading.ended()
                    ? OpenLines.nothing()
                    : reading
                        .more()
                        .thenCompose(
                            lines -> {
                              synchronized (this) {
                                waiting.addAll(lines);
                                progress = true;
                              }
                              return CompletableFuture.completedStage(lines);
                            })
                        .thenComposeAsync(lines -> fill(), parts.executor()))
        .exceptionallyCompose(this::withoutInput);
  }

  private CompletionStage<LineWalk> walk() {
    if (walk.isPresent()) {
      return CompletableFuture.completedStage(walk.get());
    }
    return LineWalk.of(parts.shelf(), batch.getInputFileId(), settings.lineLimit())
        .thenApply(
            begun -> {
              walk = Optional.of(begun);
              return begun;
            });
  }

  /** Lines whose file was deleted are answered without it; what was done stays done. */
  private CompletionStage<Void> withoutInput(Throwable failure) {
    if (TaskRefusal.of(failure).code() != ErrorCode.NOT_FOUND) {
      return CompletableFuture.failedStage(failure);
    }
    inputGone = true;
    return nothing();
  }

  /** Whether there is room for more lines than were at hand. */
  private synchronized boolean open() {
    long size =
        fresh.values().stream().mapToLong(OpenLine::size).sum()
            + submitted.values().stream().mapToLong(OpenLine::size).sum();
    while (fresh.size() + submitted.size() < settings.window() && size < settings.windowSize()) {
      if (waiting.isEmpty()) {
        return true;
      }
      // Taken off only once it is opened: none is lost.
      RawLine raw = waiting.element();
      if (!done.get(raw.number())) {
        fresh.put(raw.number(), opened(raw));
        size += raw.bytes().length;
      }
      waiting.remove();
    }
    return false;
  }

  private OpenLine opened(RawLine raw) {
    TaskId task = task(raw.number());
    try {
      return OpenLine.of(BatchLine.parse(raw), task, raw.bytes().length);
    } catch (BatchLine.Bad bad) {
      LineAnswer why = LineAnswers.unreadable(bad.problem().getMessage());
      return OpenLine.unreadable(raw.number(), task, Optional.of(why));
    }
  }

  private TaskId task(int line) {
    return TaskId.derived(Instant.ofEpochMilli(batch.getExpiresAtMillis()), batch.getId(), line);
  }

  /** Puts what was opened into the queues of its models. */
  CompletionStage<Void> submit() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (OpenLine open : copied(fresh)) {
      long bytes = LEAST + (long) open.size() * BODY_COPIES;
      all.add(parts.budget().with(bytes, () -> submit(open)).toCompletableFuture());
    }
    return together(all);
  }

  private CompletionStage<Void> submit(OpenLine open) {
    LineWork.Prepared prepared =
        open.known().<LineWork.Prepared>map(LineWork.Known::new).orElseGet(() -> prepare(open));
    if (prepared instanceof LineWork.Task task) {
      return submit(open, task);
    }
    return prepared instanceof LineWork.Known known ? answer(open, known.answer()) : nothing();
  }

  private LineWork.Prepared prepare(OpenLine open) {
    try {
      return parts.work().prepare(open.line());
    } catch (RuntimeException e) {
      return new LineWork.Known(LineAnswers.unreadable("it cannot be prepared: " + e));
    }
  }

  private CompletionStage<Void> submit(OpenLine open, LineWork.Task task) {
    TaskEnvelope envelope =
        TaskEnvelope.newBuilder()
            .setTaskId(open.task().value())
            .setModel(task.model().value())
            .setSchemaFingerprint(task.fingerprint())
            .setPayload(task.payload())
            .setCreatedAtMillis(parts.clock().millis())
            .setDeadlineMillis(batch.getExpiresAtMillis())
            .setTenant(batch.getTenant())
            .setRequestId(batch.getId())
            .setResultTtlSeconds(settings.resultTtl().toSeconds())
            .build();
    return parts
        .desk()
        .ensure(envelope)
        .handle(
            (state, failure) -> {
              // No queue, no store: the line stays and is submitted again.
              if (failure == null) {
                synchronized (this) {
                  fresh.remove(open.line().number());
                  submitted.put(open.line().number(), open.submittedTo(task.model()));
                  progress = true;
                }
              }
              return null;
            });
  }

  /** Takes the answers of those that have ended, few enough at a time for the memory there is. */
  CompletionStage<Void> collect() {
    List<OpenLine> lines = copied(submitted);
    return outlines(lines)
        .thenComposeAsync(
            outlines -> {
              List<CompletableFuture<Void>> all = new ArrayList<>();
              for (OpenLine open : lines) {
                ResultStore.Outline outline = outlines.get(open.task());
                if (outline == null) {
                  // The store was flushed: the line is submitted anew.
                  synchronized (this) {
                    submitted.remove(open.line().number());
                    fresh.put(open.line().number(), open);
                  }
                } else if (Ended.is(outline.state())) {
                  all.add(
                      read(open, outline, record -> LineAnswers.of(record, parts.work()))
                          .toCompletableFuture());
                } else {
                  open.model()
                      .flatMap(parts.work()::gone)
                      .ifPresent(why -> all.add(giveUp(open, why).toCompletableFuture()));
                }
              }
              return together(all);
            },
            parts.executor());
  }

  /** Ends the task of a line for which nothing runs any more; the next pass reads how it ended. */
  private CompletionStage<Void> giveUp(OpenLine open, Refused why) {
    return results
        .end(
            open.task(),
            TaskState.FAILED,
            why.code().code(),
            why.message(),
            parts.clock().instant())
        .thenAccept(state -> progressing());
  }

  private synchronized void progressing() {
    progress = true;
  }

  /** Gives what has ended its answer, ends the rest, and answers that with {@code otherwise}. */
  CompletionStage<Void> close(TaskState end, LineAnswer otherwise) {
    List<OpenLine> lines = new ArrayList<>(copied(fresh));
    lines.addAll(copied(submitted));
    return close(lines, end, otherwise).thenCompose(closed -> closeMissing(end, otherwise));
  }

  /** Answers what is left of lines whose input is gone. */
  CompletionStage<Void> closeWithoutInput() {
    return inputGone
        ? closeMissing(TaskState.CANCELLED, LineAnswers.INPUT_GONE)
        : OpenLines.nothing();
  }

  /** Lines that the input, read to its end, did not have: none stays without an answer. */
  private CompletionStage<Void> closeMissing(TaskState end, LineAnswer otherwise) {
    boolean allRead = inputGone || walk.filter(LineWalk::ended).isPresent();
    List<OpenLine> lost = new ArrayList<>();
    synchronized (this) {
      if (allRead && waiting.isEmpty() && fresh.isEmpty() && submitted.isEmpty()) {
        for (int number = done.nextClearBit(1);
            number <= batch.getTotal() && lost.size() < settings.window();
            number = done.nextClearBit(number + 1)) {
          lost.add(OpenLine.unreadable(number, task(number), Optional.empty()));
        }
      }
    }
    return close(lost, end, otherwise);
  }

  private CompletionStage<Void> close(List<OpenLine> lines, TaskState end, LineAnswer otherwise) {
    return outlines(lines)
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
    String code = end == TaskState.EXPIRED ? "expired" : "cancelled";
    return results
        .end(open.task(), end, code, "its batch has ended", parts.clock().instant())
        .thenCompose(
            state -> {
              if (!Ended.is(state) || state == end) {
                return answer(open, otherwise);
              }
              // It has ended by itself at this moment: the next pass reads how.
              progressing();
              return nothing();
            });
  }

  /** Work that is done is never thrown away: empty while its schema may still become known. */
  private Optional<LineAnswer> lateAnswer(TaskRecord ended) {
    Optional<LineAnswer> answer = LineAnswers.of(ended, parts.work());
    long cancelled = batch.getCancellingAtMillis();
    long since = cancelled > 0 ? cancelled : batch.getExpiresAtMillis();
    boolean over = parts.clock().millis() >= since + settings.schemaWait().toMillis();
    return answer.isPresent() || !over ? answer : Optional.of(LineAnswers.bytes(ended));
  }

  /** What makes a line's answer out of its task's record; empty when it cannot be made yet. */
  private interface Answering {
    Optional<LineAnswer> of(TaskRecord ended);
  }

  private CompletionStage<Void> read(
      OpenLine open, ResultStore.Outline outline, Answering answering) {
    return parts
        .budget()
        .with(
            LEAST + (long) outline.bytes() * RESULT_COPIES,
            () ->
                results
                    .read(open.task())
                    .thenComposeAsync(
                        found ->
                            found
                                .flatMap(answering::of)
                                .map(answer -> answer(open, answer))
                                .orElseGet(OpenLines::nothing),
                        parts.executor()));
  }

  private CompletionStage<Void> answer(OpenLine open, LineAnswer answer) {
    int number = open.line().number();
    var line = answer.line(open.line().customId(), open.task());
    LineMark mark = new LineMark(answer.succeeded(), line.size());
    return parts
        .shelf()
        .put(batch.getId(), new Shelf.Piece(number, mark.text(), line), expires)
        .thenCompose(
            first ->
                first
                    ? CompletableFuture.completedStage(List.of(mark))
                    // Another gateway was faster: its answer is the one that counts.
                    : parts
                        .shelf()
                        .pieces(batch.getId(), number, 1)
                        .thenApply(
                            held -> held.stream().map(each -> LineMark.of(each.mark())).toList()))
        .thenAccept(held -> held.forEach(each -> answered(number, each)));
  }

  private CompletionStage<Map<TaskId, ResultStore.Outline>> outlines(List<OpenLine> lines) {
    return lines.isEmpty()
        ? CompletableFuture.completedStage(Map.of())
        : results.outlines(lines.stream().map(OpenLine::task).toList());
  }

  private synchronized List<OpenLine> copied(Map<Integer, OpenLine> lines) {
    return List.copyOf(lines.values());
  }

  private static CompletionStage<Void> together(List<CompletableFuture<Void>> all) {
    return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
  }

  private static CompletionStage<Void> nothing() {
    return CompletableFuture.completedStage(null);
  }
}
