package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.LIMIT;
import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.duty.ClaimsInMemory.Mood;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tasks that are handed over again: those that may have ended their worker, and the others. */
class SuspectTasksTest {

  private static final boolean AGAIN = true;

  @Test
  void whatWasOnlyHandedOutBeforeRunsOnAllSlots() {
    try (WorkerBench bench = new WorkerBench(4)) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        verdicts.add(bench.queue.give("t" + i, AGAIN));
      }

      Eventually.isTrue("four run", LIMIT, () -> bench.running.size() == 4);

      Eventually.isTrue(
          "all are done",
          LIMIT,
          () -> {
            bench.answerAll();
            return verdicts.stream().allMatch(CompletableFuture::isDone);
          });
    }
  }

  @Test
  void whatWasBegunBeforeRunsOneAtATimeAndWaitsWithoutAPermit() {
    try (WorkerBench bench = new WorkerBench(4)) {
      List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        bench.claims.begun("suspect" + i, 1);
        verdicts.add(bench.queue.give("suspect" + i, AGAIN));
      }

      // the first runs, and the others wait: no permit of theirs, no attempt more
      assertThat(bench.running.keySet()).containsExactly("suspect0");
      assertThat(bench.gate.inFlight()).isEqualTo(1);
      assertThat(bench.claims.attempts("suspect1")).isEqualTo(1);
      // what was not begun before passes them
      CompletableFuture<Verdict> fresh = bench.queue.give("fresh", AGAIN);
      assertThat(bench.running.keySet()).containsExactlyInAnyOrder("suspect0", "fresh");

      for (int i = 0; i < 3; i++) {
        String id = "suspect" + i;
        Eventually.isTrue("it is its turn", LIMIT, () -> bench.running.containsKey(id));
        bench.asked(id).complete(ByteString.EMPTY);
        assertThat(verdict(verdicts.get(i))).isEqualTo(Verdict.ACK);
        assertThat(bench.claims.attempts(id)).isEqualTo(2);
      }
      bench.answerAll();
      assertThat(verdict(fresh)).isEqualTo(Verdict.ACK);
    }
  }

  @Test
  void whatEndsWhileItWaitsIsNotRun() {
    try (WorkerBench bench = new WorkerBench(2)) {
      bench.claims.begun("first", 1);
      bench.claims.begun("late", 1);
      CompletableFuture<Verdict> first = bench.queue.give("first", AGAIN);
      CompletableFuture<Verdict> late = bench.queue.give("late", AGAIN);

      // when the deadline of the one that waits passes, before the other one is done
      bench.claims.end("late");
      bench.answerAll();

      assertThat(verdict(first)).isEqualTo(Verdict.ACK);
      assertThat(verdict(late)).isEqualTo(Verdict.ACK);
      assertThat(bench.claims.attempts("late")).isEqualTo(1);
      assertThat(bench.gate.inFlight()).isZero();
    }
  }

  @Test
  void theLineGoesOnAfterAFailureAndAfterAStoreThatWasAway() {
    try (WorkerBench bench = new WorkerBench(2)) {
      bench.claims.begun("fails", 1);
      bench.claims.begun("next", 1);
      CompletableFuture<Verdict> fails = bench.queue.give("fails", AGAIN);
      CompletableFuture<Verdict> next = bench.queue.give("next", AGAIN);

      bench.claims.mood(Mood.AWAY);
      bench.asked("fails").completeExceptionally(new IllegalStateException("broken"));
      assertThat(verdict(fails)).isEqualTo(Verdict.RETRY);
      bench.claims.mood(Mood.ANSWERS);

      Eventually.isTrue("the next one runs", LIMIT, () -> bench.running.containsKey("next"));
      bench.answerAll();
      assertThat(verdict(next)).isEqualTo(Verdict.ACK);
    }
  }
}
