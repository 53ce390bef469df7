package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.LIMIT;
import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tasks that were begun twice run alone: what ends the model then takes no other task along. */
class LoneTasksTest {

  private static final boolean AGAIN = true;

  @Test
  void whatWasBegunTwiceWaitsForTheOthersAndTheOthersForIt() {
    try (WorkerBench bench = new WorkerBench(4)) {
      CompletableFuture<Verdict> before = bench.queue.give("before", !AGAIN);
      bench.claims.begun("deadly", 2);
      CompletableFuture<Verdict> deadly = bench.queue.give("deadly", AGAIN);
      CompletableFuture<Verdict> after = bench.queue.give("after", !AGAIN);

      // it waits for what runs, and what came after it for it: without a slot, and not begun
      assertThat(bench.running.keySet()).containsExactly("before");
      assertThat(bench.gate.inFlight()).isEqualTo(1);
      assertThat(bench.claims.attempts("deadly")).isEqualTo(2);
      assertThat(bench.claims.attempts("after")).isZero();

      bench.asked("before").complete(ByteString.EMPTY);
      assertThat(verdict(before)).isEqualTo(Verdict.ACK);
      Eventually.isTrue("it runs", LIMIT, () -> bench.running.containsKey("deadly"));
      assertThat(bench.running.keySet()).containsExactly("deadly");

      // and however it ends, the others go on
      bench.asked("deadly").completeExceptionally(new IllegalStateException("it died"));
      Eventually.isTrue("the next one runs", LIMIT, () -> bench.running.containsKey("after"));
      bench.answerAll();
      assertThat(verdict(after)).isEqualTo(Verdict.ACK);
      assertThat(verdict(deadly)).isEqualTo(Verdict.RETRY);
      assertThat(bench.gate.inFlight()).isZero();
    }
  }

  @Test
  void betweenTwoOfThemAllSlotsAreUsed() {
    try (WorkerBench bench = new WorkerBench(3)) {
      bench.claims.begun("first", 2);
      bench.claims.begun("second", 2);
      bench.queue.give("first", AGAIN);
      bench.queue.give("second", AGAIN);
      for (int i = 0; i < 3; i++) {
        bench.queue.give("fresh" + i, !AGAIN);
      }
      assertThat(bench.running.keySet()).containsExactly("first");

      bench.answerAll();
      Eventually.isTrue("all slots are used", LIMIT, () -> bench.running.size() == 3);
      assertThat(bench.running.keySet()).doesNotContain("first", "second");

      bench.answerAll();
      Eventually.isTrue("it is its turn", LIMIT, () -> bench.running.containsKey("second"));
      assertThat(bench.running.keySet()).containsExactly("second");
    }
  }

  @Test
  void whatGetsNoSlotKeepsNobodyWaiting() {
    try (WorkerBench bench = new WorkerBench(1)) {
      CompletableFuture<Verdict> before = bench.queue.give("before", !AGAIN);
      bench.claims.begun("deadly", 2);
      CompletableFuture<Verdict> deadly = bench.queue.give("deadly", AGAIN);

      // when the instance is not ready any more
      bench.gate.close();
      bench.asked("before").complete(ByteString.EMPTY);

      // then it goes back to the queue, and so does what comes after it
      assertThat(verdict(before)).isEqualTo(Verdict.ACK);
      assertThat(verdict(deadly)).isEqualTo(Verdict.RETRY);
      assertThat(verdict(bench.queue.give("after", !AGAIN))).isEqualTo(Verdict.RETRY);
      assertThat(bench.claims.attempts("deadly")).isEqualTo(2);
    }
  }
}
