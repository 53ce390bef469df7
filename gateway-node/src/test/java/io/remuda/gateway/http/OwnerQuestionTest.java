package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A question to the registry while one of its nodes goes. */
class OwnerQuestionTest {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofSeconds(60);

  private final OwnerQuestion questions = new OwnerQuestion(LIMIT, LOOK, ForkJoinPool.commonPool());
  private final AtomicInteger looks = new AtomicInteger();
  private final List<CompletableFuture<String>> asked = new CopyOnWriteArrayList<>();
  private final List<Duration> limits = new CopyOnWriteArrayList<>();
  private volatile Set<String> registries = Set.of("r1", "r2", "r3");

  @Test
  void isPutAgainWhenOneHasGoneThatMayHaveHadIt() {
    CompletableFuture<String> answer = ask();
    assertThat(asked).hasSize(1);

    registries = Set.of("r1", "r3");

    Eventually.isTrue("it is asked again", SOON, () -> asked.size() == 2);
    assertThat(limits.get(0)).isEqualTo(LIMIT);
    assertThat(limits.get(1)).as("what is left of it").isLessThan(LIMIT);
    asked.get(1).complete("from the next owner");
    assertThat(answer.join()).isEqualTo("from the next owner");
  }

  @Test
  void isPutOnceWhereAllStay() {
    CompletableFuture<String> answer = ask();
    lookTwice();

    registries = Set.of("r1", "r2", "r3", "r4");
    lookTwice();

    assertThat(asked).hasSize(1);
    asked.get(0).complete("from its owner");
    assertThat(answer.join()).isEqualTo("from its owner");
  }

  @Test
  void isPutTwiceAtMost() {
    CompletableFuture<String> answer = ask();
    registries = Set.of("r1");
    Eventually.isTrue("it is asked again", SOON, () -> asked.size() == 2);

    registries = Set.of();

    asked.get(1).completeExceptionally(new IllegalStateException("nobody there"));
    assertThat(answer).as("the first one may be answered yet").isNotDone();
    asked.get(0).complete("late");
    assertThat(answer.join()).isEqualTo("late");
    assertThat(asked).hasSize(2);
  }

  @Test
  void failsAsTheFirstOneDoes() {
    CompletableFuture<String> answer = ask();

    asked.get(0).completeExceptionally(new IllegalStateException("no answer in time"));

    assertThat(answer).isCompletedExceptionally();
  }

  @Test
  void thatMayDoHarmIsNotPutAgainAndFailsOnceOneHasGone() {
    CompletableFuture<String> answer =
        questions.once(this::registries, this::question).toCompletableFuture();
    lookTwice();
    assertThat(answer).as("all are there").isNotDone();

    registries = Set.of("r1", "r3");

    Eventually.isTrue("it has failed", SOON, answer::isCompletedExceptionally);
    assertThatThrownBy(answer::join).hasCauseInstanceOf(OwnerQuestion.OwnerGone.class);
    assertThat(asked).hasSize(1);
  }

  @Test
  void thatMayDoHarmIsAnsweredByOneWhoStaysThoughAnotherGoes() {
    CompletableFuture<String> answer =
        questions.once(this::registries, this::question).toCompletableFuture();
    registries = Set.of("r1", "r3");

    asked.get(0).complete("from its owner");

    assertThat(answer.join()).isEqualTo("from its owner");
  }

  private CompletableFuture<String> ask() {
    return questions.again(this::registries, this::question).toCompletableFuture();
  }

  private Set<String> registries() {
    looks.incrementAndGet();
    return registries;
  }

  private CompletionStage<String> question(Duration limit) {
    limits.add(limit);
    CompletableFuture<String> one = new CompletableFuture<>();
    asked.add(one);
    return one;
  }

  private void lookTwice() {
    int before = looks.get();
    Eventually.isTrue("it is looked at", SOON, () -> looks.get() >= before + 2);
  }
}
