package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.LIMIT;
import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.node.duty.ClaimsInMemory.Mood;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.testing.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tasks that end, or pass to another claim, while the model works on them. */
class OvertakenTasksTest {

  @Test
  void aTaskThatWasCancelledIsStoppedAndFreesItsSlot() {
    try (WorkerBench bench = new WorkerBench(1)) {
      CompletableFuture<Verdict> verdict = bench.queue.give("t");
      CompletableFuture<ByteString> asked = bench.asked("t");

      bench.claims.end("t");

      assertThat(verdict(verdict)).isEqualTo(Verdict.ACK);
      Eventually.isTrue("the model is told", LIMIT, asked::isCancelled);
      assertThat(bench.gate.inFlight()).isZero();
      assertThat(bench.claims.ended("t")).isEmpty();
    }
  }

  @Test
  void aTaskThatAnotherOneHasClaimedIsStopped() {
    try (WorkerBench bench = new WorkerBench(1)) {
      CompletableFuture<Verdict> verdict = bench.queue.give("t");
      CompletableFuture<ByteString> asked = bench.asked("t");

      bench.claims.begun("t", 2);

      assertThat(verdict(verdict)).isEqualTo(Verdict.ACK);
      Eventually.isTrue("the model is told", LIMIT, asked::isCancelled);
    }
  }

  @Test
  void aTaskWhoseRecordIsLostOrCannotBeReadRunsOn() {
    try (WorkerBench bench = new WorkerBench(2)) {
      CompletableFuture<Verdict> lost = bench.queue.give("lost");
      CompletableFuture<Verdict> kept = bench.queue.give("kept");

      bench.claims.forget("lost");
      int before = bench.claims.looks();
      Eventually.isTrue("it is looked at", LIMIT, () -> bench.claims.looks() > before + 4);
      bench.claims.mood(Mood.AWAY);
      int more = bench.claims.looks();
      Eventually.isTrue("it is looked at", LIMIT, () -> bench.claims.looks() > more + 4);
      bench.claims.mood(Mood.ANSWERS);

      assertThat(bench.running.keySet()).containsExactlyInAnyOrder("lost", "kept");
      bench.answerAll();
      assertThat(verdict(lost)).isEqualTo(Verdict.ACK);
      assertThat(verdict(kept)).isEqualTo(Verdict.ACK);
      assertThat(bench.claims.ended("kept")).contains("DONE");
    }
  }

  @Test
  void aTaskThatHasEndedIsLookedAtNoMore() {
    try (WorkerBench bench = new WorkerBench(1)) {
      CompletableFuture<Verdict> quick = bench.queue.give("quick");
      bench.answerAll();
      assertThat(verdict(quick)).isEqualTo(Verdict.ACK);
      CompletableFuture<Verdict> slow = bench.queue.give("slow");
      Eventually.isTrue("slow is looked at", LIMIT, () -> bench.claims.looksAt("slow") > 1);
      long before = bench.claims.looksAt("quick");

      Eventually.isTrue("and again", LIMIT, () -> bench.claims.looksAt("slow") > 4);

      assertThat(bench.claims.looksAt("quick")).isEqualTo(before);
      bench.answerAll();
      assertThat(verdict(slow)).isEqualTo(Verdict.ACK);
    }
  }
}
