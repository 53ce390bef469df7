package io.remuda.gateway.batches;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.task.TaskRecord;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Answers to lines whose tasks have ended. */
final class LineAnswers {

  static final LineAnswer EXPIRED =
      LineAnswer.none(
          "batch_expired",
          "this request could not be executed before the completion window expired");
  static final LineAnswer CANCELLED =
      LineAnswer.none("batch_cancelled", "this request was cancelled before it was executed");
  static final LineAnswer INPUT_GONE =
      LineAnswer.none(
          "input_file_gone",
          "the input file was deleted before this request was executed; upload it again");

  static final LineAnswer RESULT_GONE =
      LineAnswer.none(
          "result_expired",
          "this request was executed, and its result had outlived its time to live before a gateway"
              + " could collect it");

  private LineAnswers() {}

  /** Of a task that is DONE, when nobody knows any more what its bytes mean. */
  static LineAnswer bytes(TaskRecord done) {
    String bytes = Base64.getEncoder().encodeToString(done.getResult().toByteArray());
    return new LineAnswer(
        200, ("{\"resultBase64\":\"" + bytes + "\"}").getBytes(StandardCharsets.UTF_8));
  }

  /** Of a line that was well when it was checked, and is not now. */
  static LineAnswer unreadable(String why) {
    return LineAnswer.none("unreadable_line", why);
  }

  /** Empty while the task has not ended, or its result cannot be read yet. */
  static Optional<LineAnswer> of(TaskRecord record, LineWork work) {
    return switch (record.getState()) {
      case DONE -> record.getResultExpired() ? Optional.of(RESULT_GONE) : work.done(record);
      case FAILED ->
          Optional.of(
              LineAnswer.refused(code(record.getErrorCode()), record.getErrorMessage(), ""));
      case EXPIRED -> Optional.of(EXPIRED);
      case CANCELLED -> Optional.of(CANCELLED);
      case TASK_STATE_UNSPECIFIED, SUBMITTING, QUEUED, RUNNING, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Tasks that were given up have words of their own for it. */
  private static ErrorCode code(String code) {
    try {
      return ErrorCode.of(code);
    } catch (IllegalArgumentException e) {
      return ErrorCode.ENGINE_FAILED;
    }
  }
}
