package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.batches.BatchDecider.Step;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.batch.BatchRecord;
import io.remuda.protocol.proto.batch.BatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchDeciderTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final BatchRecord NEW =
      BatchRecord.newBuilder()
          .setStatus(BatchStatus.VALIDATING)
          .setCreatedAtMillis(NOW.toEpochMilli())
          .setExpiresAtMillis(NOW.plus(Duration.ofHours(1)).toEpochMilli())
          .build();
  private static final BatchRecord RUNNING = BatchDecider.validated(NEW, 3, List.of(), NOW);

  @Test
  void aGoodBatchIsValidatedRunAssembledAndCompleted() {
    assertThat(BatchDecider.step(NEW, NOW)).isEqualTo(Step.VALIDATE);
    assertThat(RUNNING.getStatus()).isEqualTo(BatchStatus.IN_PROGRESS);
    assertThat(BatchDecider.step(RUNNING, NOW)).isEqualTo(Step.RUN);

    BatchRecord finalizing =
        BatchDecider.finalizing(BatchDecider.counted(RUNNING, 2, 1), false, NOW);
    assertThat(BatchDecider.step(finalizing, NOW)).isEqualTo(Step.ASSEMBLE);

    BatchRecord ended = BatchDecider.assembled(finalizing, "file-1", "file-2", NOW);
    assertThat(ended.getStatus()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.getTotal()).isEqualTo(ended.getCompleted() + ended.getFailed());
    assertThat(BatchDecider.step(ended, NOW)).isEqualTo(Step.NOTHING);
    assertThat(BatchDecider.ended(ended.getStatus())).isTrue();
  }

  @Test
  void wrongLinesFailItBeforeAnythingRuns() {
    BatchProblem problem = BatchProblem.newBuilder().setCode("empty_file").build();

    BatchRecord failed = BatchDecider.validated(NEW, 0, List.of(problem), NOW);

    assertThat(failed.getStatus()).isEqualTo(BatchStatus.FAILED);
    assertThat(failed.getProblemsList()).containsExactly(problem);
    assertThat(BatchDecider.step(failed, NOW)).isEqualTo(Step.NOTHING);
    assertThat(BatchDecider.cancelling(failed, NOW)).isEmpty();
  }

  @Test
  void aBatchWhoseWindowIsOverIsClosedAndExpires() {
    Instant late = NOW.plus(Duration.ofHours(1));

    assertThat(BatchDecider.step(NEW, late)).isEqualTo(Step.EXPIRE);
    assertThat(BatchDecider.step(RUNNING, late)).isEqualTo(Step.CLOSE);
    BatchRecord ended =
        BatchDecider.assembled(BatchDecider.finalizing(RUNNING, true, late), "", "file-2", late);

    assertThat(ended.getStatus()).isEqualTo(BatchStatus.EXPIRED);
    assertThat(ended.getExpiredAtMillis()).isEqualTo(late.toEpochMilli());
  }

  @Test
  void aCancelledBatchIsClosedUnlessNothingOfItEverRan() {
    BatchRecord running = BatchDecider.cancelling(RUNNING, NOW).orElseThrow();
    BatchRecord early = BatchDecider.cancelling(NEW, NOW).orElseThrow();

    assertThat(BatchDecider.step(running, NOW)).isEqualTo(Step.CLOSE);
    assertThat(BatchDecider.step(early, NOW)).isEqualTo(Step.ASSEMBLE);
    assertThat(BatchDecider.assembled(running, "", "", NOW).getStatus())
        .isEqualTo(BatchStatus.CANCELLED);
    assertThat(BatchDecider.cancelling(running, NOW)).isEmpty();
    assertThat(BatchDecider.cancelling(BatchDecider.finalizing(RUNNING, false, NOW), NOW))
        .isEmpty();
  }
}
