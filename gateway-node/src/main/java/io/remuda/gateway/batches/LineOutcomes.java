package io.remuda.gateway.batches;

import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * How the tasks of one batch's lines have ended, and the lines' answers. Each line has one: of two
 * gateways that put one down, the first one's counts.
 */
final class LineOutcomes {

  /** How often a result is in memory until its line is written: bytes, JSON, line, on its way. */
  private static final int RESULT_COPIES = 8;

  private final BatchRun.Parts parts;
  private final String batch;
  private final BiConsumer<Integer, LineMark> answered;

  /**
   * @param batch its id
   * @param answered is told of each line that has its answer, and may be told more than once
   */
  LineOutcomes(BatchRun.Parts parts, String batch, BiConsumer<Integer, LineMark> answered) {
    this.parts = parts;
    this.batch = batch;
    this.answered = answered;
  }

  /** What makes a line's answer out of its task's record; empty when it cannot be made yet. */
  interface Answering {
    Optional<LineAnswer> of(TaskRecord ended);
  }

  /** Tells of all answers that were put down before. */
  CompletionStage<Void> load() {
    return parts
        .shelf()
        .marks(batch)
        .thenAccept(
            marks ->
                marks.forEach(mark -> answered.accept(mark.number(), LineMark.of(mark.mark()))));
  }

  /** Of those whose tasks the store knows. */
  CompletionStage<Map<TaskId, ResultStore.Outline>> outlines(List<OpenLine> lines) {
    return lines.isEmpty()
        ? CompletableFuture.completedStage(Map.of())
        : parts.results().outlines(lines.stream().map(OpenLine::task).toList());
  }

  /** Reads the record of a task that has ended, once there is memory for it, and answers. */
  CompletionStage<Void> read(
      OpenLine open, ResultStore.Outline outline, Answering answering, Instant expires) {
    return parts
        .budget()
        .with(
            OpenLine.LEAST + (long) outline.bytes() * RESULT_COPIES,
            () ->
                parts
                    .results()
                    .read(open.task())
                    .thenComposeAsync(
                        found ->
                            found
                                .flatMap(answering::of)
                                .map(answer -> put(open, answer, expires))
                                .orElseGet(() -> CompletableFuture.completedStage(null)),
                        parts.executor()));
  }

  /**
   * Puts an answer down, unless there is one.
   *
   * @param expires when it may be forgotten
   */
  CompletionStage<Void> put(OpenLine open, LineAnswer answer, Instant expires) {
    int number = open.line().number();
    var line = answer.line(open.line().customId(), open.task());
    LineMark mark = new LineMark(answer.succeeded(), line.size());
    return parts
        .shelf()
        .put(batch, new Shelf.Piece(number, mark.text(), line), expires)
        .thenCompose(
            first ->
                first
                    ? CompletableFuture.completedStage(List.of(mark))
                    // Another gateway was faster: its answer is the one that counts.
                    : parts
                        .shelf()
                        .pieces(batch, number, 1)
                        .thenApply(
                            held -> held.stream().map(each -> LineMark.of(each.mark())).toList()))
        .thenAccept(held -> held.forEach(each -> answered.accept(number, each)));
  }
}
