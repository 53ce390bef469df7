package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.TypedModel;
import io.remuda.node.task.Verdict;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tasks that come while their model's engine is just ending. */
class NotBegunTasksTest {

  /** More often than a task may be begun. */
  private static final int OFTEN = 8;

  @Test
  void whatAnEngineNeverSawIsNotPoisonHoweverOftenItCame() {
    try (WorkerBench bench = new WorkerBench(1)) {
      for (int i = 0; i < OFTEN; i++) {
        CompletableFuture<Verdict> given = bench.queue.give("innocent");
        bench.asked("innocent").completeExceptionally(new TypedModel.NotBegun("nobody listens"));

        assertThat(verdict(given)).isEqualTo(Verdict.RETRY);
        assertThat(bench.claims.attempts("innocent")).isZero();
        assertThat(bench.gate.inFlight()).isZero();
      }
      assertThat(bench.claims.ended("innocent")).isEmpty();

      CompletableFuture<Verdict> last = bench.queue.give("innocent");
      bench.asked("innocent").complete(ByteString.EMPTY);
      assertThat(verdict(last)).isEqualTo(Verdict.ACK);
      assertThat(bench.claims.ended("innocent")).contains("DONE");
      assertThat(bench.claims.attempts("innocent")).isEqualTo(1);
    }
  }

  @Test
  void attemptsThatWereBegunStayCounted() {
    try (WorkerBench bench = new WorkerBench(1)) {
      bench.claims.begun("suspect", 4);

      CompletableFuture<Verdict> unbegun = bench.queue.give("suspect");
      bench.asked("suspect").completeExceptionally(new TypedModel.NotBegun("nobody listens"));
      assertThat(verdict(unbegun)).isEqualTo(Verdict.RETRY);
      assertThat(bench.claims.attempts("suspect")).isEqualTo(4);

      CompletableFuture<Verdict> begun = bench.queue.give("suspect");
      bench.asked("suspect").completeExceptionally(new TypedModel.Failed("it died"));
      assertThat(verdict(begun)).isInstanceOf(Verdict.Dead.class);
      assertThat(bench.claims.ended("suspect")).contains("poison: it died, 5 times");
    }
  }
}
