package io.remuda.gateway.batches;

import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How a batch goes from one status to the next. */
final class BatchDecider {

  /** What has to be done with a batch now. */
  enum Step {
    /** Read all lines and say what is wrong with them. */
    VALIDATE,
    /** Its window was over before its lines were checked: nothing of it has run. */
    EXPIRE,
    /** Have lines run. */
    RUN,
    /** Begin nothing more, end what runs, and say so in its lines. */
    CLOSE,
    /** Put the lines' results into files. */
    ASSEMBLE,
    NOTHING
  }

  private BatchDecider() {}

  static Step step(BatchRecord batch, Instant now) {
    boolean over = now.toEpochMilli() >= batch.getExpiresAtMillis();
    return switch (batch.getStatus()) {
      case VALIDATING -> over ? Step.EXPIRE : Step.VALIDATE;
      case IN_PROGRESS -> over ? Step.CLOSE : Step.RUN;
      // One that was cancelled before its lines were counted has nothing to close.
      case CANCELLING -> batch.getInProgressAtMillis() == 0 ? Step.ASSEMBLE : Step.CLOSE;
      case FINALIZING -> Step.ASSEMBLE;
      case FAILED, COMPLETED, EXPIRED, CANCELLED, BATCH_STATUS_UNSPECIFIED, UNRECOGNIZED ->
          Step.NOTHING;
    };
  }

  /** Whether a batch of this status needs its input. */
  static boolean reads(BatchStatus status) {
    return status == BatchStatus.VALIDATING
        || status == BatchStatus.IN_PROGRESS
        || status == BatchStatus.CANCELLING;
  }

  static boolean ended(BatchStatus status) {
    return switch (status) {
      case FAILED, COMPLETED, EXPIRED, CANCELLED -> true;
      case VALIDATING,
          IN_PROGRESS,
          FINALIZING,
          CANCELLING,
          BATCH_STATUS_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }

  /** After all lines were read. */
  static BatchRecord validated(
      BatchRecord batch, int lines, List<BatchProblem> problems, Instant now) {
    BatchRecord.Builder next = batch.toBuilder().setTotal(lines);
    return problems.isEmpty()
        ? next.setStatus(BatchStatus.IN_PROGRESS).setInProgressAtMillis(now.toEpochMilli()).build()
        : next.setStatus(BatchStatus.FAILED)
            .setFailedAtMillis(now.toEpochMilli())
            .addAllProblems(problems)
            .build();
  }

  /** While lines run. */
  static BatchRecord counted(BatchRecord batch, int completed, int failed) {
    return batch.toBuilder().setCompleted(completed).setFailed(failed).build();
  }

  /**
   * After the last line has ended.
   *
   * @param overdue whether lines were ended because the window was over
   */
  static BatchRecord finalizing(BatchRecord batch, boolean overdue, Instant now) {
    return batch.toBuilder()
        .setStatus(BatchStatus.FINALIZING)
        .setFinalizingAtMillis(now.toEpochMilli())
        .setOverdue(overdue)
        .build();
  }

  /** Empty when nothing is left to be cancelled. */
  static Optional<BatchRecord> cancelling(BatchRecord batch, Instant now) {
    if (batch.getStatus() != BatchStatus.VALIDATING
        && batch.getStatus() != BatchStatus.IN_PROGRESS) {
      return Optional.empty();
    }
    return Optional.of(
        batch.toBuilder()
            .setStatus(BatchStatus.CANCELLING)
            .setCancellingAtMillis(now.toEpochMilli())
            .build());
  }

  /**
   * After the files are written.
   *
   * @param output the file's id; empty when no line has succeeded
   * @param errors the file's id; empty when none has failed
   */
  static BatchRecord assembled(BatchRecord batch, String output, String errors, Instant now) {
    BatchRecord.Builder next = batch.toBuilder().setOutputFileId(output).setErrorFileId(errors);
    long millis = now.toEpochMilli();
    if (batch.getStatus() == BatchStatus.CANCELLING) {
      return next.setStatus(BatchStatus.CANCELLED).setCancelledAtMillis(millis).build();
    }
    return batch.getOverdue()
        ? next.setStatus(BatchStatus.EXPIRED).setExpiredAtMillis(millis).build()
        : next.setStatus(BatchStatus.COMPLETED).setCompletedAtMillis(millis).build();
  }
}
