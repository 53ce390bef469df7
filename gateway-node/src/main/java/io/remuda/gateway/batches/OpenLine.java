package io.remuda.gateway.batches;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import java.util.Optional;

/**
 * A line under way.
 *
 * @param task the one that belongs to it, submitted or not
 * @param size of the line in bytes
 * @param known its answer, when nothing is to be run for it
 * @param model whose queue has it; empty before it is submitted
 */
record OpenLine(
    BatchLine line, TaskId task, int size, Optional<LineAnswer> known, Optional<ModelName> model) {

  /** Bytes that a line takes in memory at least. */
  static final long LEAST = 4096;

  /** A line as it was read; one that is none has its answer. */
  static OpenLine of(RawLine raw, TaskId task) {
    try {
      BatchLine line = BatchLine.parse(raw);
      return new OpenLine(line, task, raw.bytes().length, Optional.empty(), Optional.empty());
    } catch (BatchLine.Bad bad) {
      LineAnswer why = LineAnswers.unreadable(bad.problem().getMessage());
      return unreadable(raw.number(), task, Optional.of(why));
    }
  }

  /** A line of which no more than its number can be told. */
  static OpenLine unreadable(int number, TaskId task, Optional<LineAnswer> known) {
    return new OpenLine(
        new BatchLine(number, "", "", "", new byte[0]), task, 0, known, Optional.empty());
  }

  OpenLine submittedTo(ModelName queued) {
    return new OpenLine(line, task, size, known, Optional.of(queued));
  }
}
