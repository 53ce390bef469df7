package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.Verdict;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tasks at which something throws that should have answered. */
class BrokenTasksTest {

  @Test
  void aTaskThatCannotBeClaimedKeepsNoPermit() {
    try (WorkerBench bench = new WorkerBench(1)) {
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Verdict> broken = bench.queue.give("");
        assertThat(broken).isCompletedExceptionally();
        assertThat(bench.gate.inFlight()).isZero();
      }

      CompletableFuture<Verdict> fine = bench.queue.give("t");
      bench.answerAll();
      assertThat(verdict(fine)).isEqualTo(Verdict.ACK);
    }
  }

  @Test
  void itDoesNotHoldUpTheLineOfSuspectsEither() {
    try (WorkerBench bench = new WorkerBench(1)) {
      bench.claims.begun("", 1);
      bench.claims.begun("t", 1);
      CompletableFuture<Verdict> broken = bench.queue.give("", true);
      CompletableFuture<Verdict> fine = bench.queue.give("t", true);

      assertThat(broken).isCompletedExceptionally();
      bench.answerAll();
      assertThat(verdict(fine)).isEqualTo(Verdict.ACK);
      assertThat(bench.gate.inFlight()).isZero();
    }
  }
}
