package io.remuda.node.duty;

import static io.remuda.node.duty.WorkerBench.LIMIT;
import static io.remuda.node.duty.WorkerBench.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.duty.ClaimsInMemory.Mood;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When tasks hold permits of their instance, which synchronous calls want too. */
class TasksAtTheGateTest {

  private static List<CompletableFuture<Verdict>> backlog(WorkerBench bench) {
    List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      verdicts.add(bench.queue.give("t" + i));
    }
    return verdicts;
  }

  private static void allAreDone(WorkerBench bench, List<CompletableFuture<Verdict>> verdicts) {
    for (CompletableFuture<Verdict> verdict : verdicts) {
      Eventually.isTrue(
          "the model answers it",
          LIMIT,
          () -> {
            bench.answerAll();
            return verdict.isDone();
          });
      assertThat(verdict(verdict)).isEqualTo(Verdict.ACK);
    }
    for (int i = 0; i < verdicts.size(); i++) {
      assertThat(bench.claims.ended("t" + i)).contains("DONE");
      assertThat(bench.claims.attempts("t" + i)).isEqualTo(1);
    }
    Eventually.isTrue("all permits are back", LIMIT, () -> bench.gate.inFlight() == 0);
  }

  @Test
  void aBacklogHoldsNoPermitWhileTheStoreIsAway() {
    try (WorkerBench bench = new WorkerBench(2)) {
      bench.claims.mood(Mood.AWAY);
      List<CompletableFuture<Verdict>> verdicts = backlog(bench);

      // synchronous calls go on, on all slots
      var first = bench.gate.tryAcquire();
      var second = bench.gate.tryAcquire();
      assertThat(first).isPresent();
      assertThat(second).isPresent();
      first.get().release();
      second.get().release();

      // and the tasks too once it is back
      bench.claims.mood(Mood.ANSWERS);
      allAreDone(bench, verdicts);
    }
  }

  @Test
  void aStoreThatIsSilentHoldsTheSlotsForOneTimeOut() {
    try (WorkerBench bench = new WorkerBench(2)) {
      bench.claims.mood(Mood.SILENT);
      List<CompletableFuture<Verdict>> verdicts = backlog(bench);
      assertThat(bench.gate.inFlight()).isEqualTo(2);

      // when the first calls have not been answered in time
      assertThat(bench.claims.giveUpOnSilence()).isEqualTo(2);

      // then nobody takes a slot to ask again, however often
      for (int looks = 0; looks < 20; looks += bench.claims.giveUpOnSilence()) {
        assertThat(bench.gate.inFlight()).isZero();
      }

      // and the tasks go on once it answers
      bench.claims.mood(Mood.ANSWERS);
      bench.claims.giveUpOnSilence();
      allAreDone(bench, verdicts);
    }
  }

  @Test
  void anAnswerThatCannotBeStoredHoldsNoPermit() {
    try (WorkerBench bench = new WorkerBench(1)) {
      CompletableFuture<Verdict> verdict = bench.queue.give("t");
      Eventually.isTrue("it runs", LIMIT, () -> bench.running.containsKey("t"));

      bench.claims.mood(Mood.AWAY);
      bench.answerAll();

      assertThat(bench.gate.inFlight()).isZero();
      assertThat(verdict).isNotDone();
      bench.claims.mood(Mood.ANSWERS);
      assertThat(verdict(verdict)).isEqualTo(Verdict.ACK);
    }
  }

  @Test
  void aTaskThatIsGivenUpHoldsNoPermitUntilThatIsStored() {
    try (WorkerBench bench = new WorkerBench(1)) {
      bench.claims.begun("t", 5);
      bench.claims.mood(Mood.CLAIMS_ONLY);
      CompletableFuture<Verdict> verdict = bench.queue.give("t");

      assertThat(bench.gate.inFlight()).isZero();
      assertThat(verdict).isNotDone();
      bench.claims.mood(Mood.ANSWERS);
      assertThat(verdict(verdict)).isInstanceOf(Verdict.Dead.class);
    }
  }
}
