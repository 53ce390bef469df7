package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.RestartPolicy.Decision;
import io.remuda.node.instance.RestartPolicy.End;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

  private static final RestartPolicy POLICY =
      new RestartPolicy(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMinutes(5), 20);

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("SplittableRandom").create(seed);
  }

  @Property
  void aPauseIsNeverLongerThanTheDoubledFirstOneNorTheCap(
      @ForAll @IntRange(min = 0, max = 18) int before, @ForAll long seed) {
    Decision decision = POLICY.decide(End.EXITED, before, Duration.ZERO, random(seed));

    assertThat(decision).isInstanceOf(Decision.Again.class);
    Decision.Again again = (Decision.Again) decision;
    assertThat(again.failures()).isEqualTo(before + 1);
    assertThat(again.pause().toMillis())
        .isBetween(0L, Math.min(60_000, 1000L << Math.min(before, 10)));
  }

  @Test
  void whatFailedTogetherDoesNotComeBackTogether() {
    RandomGenerator random = random(1);

    long distinct =
        java.util.stream.Stream.generate(() -> POLICY.decide(End.EXITED, 8, Duration.ZERO, random))
            .limit(50)
            .distinct()
            .count();

    assertThat(distinct).isGreaterThan(40);
  }

  @Test
  void anEngineThatWasReadyForLongEnoughStartsAfresh() {
    Decision decision = POLICY.decide(End.EXITED, 12, Duration.ofMinutes(5), random(1));

    assertThat(((Decision.Again) decision).failures()).isEqualTo(1);
  }

  @Test
  void givesUpAfterTooManyFailuresInARow() {
    Decision decision = POLICY.decide(End.EXITED, 19, Duration.ofSeconds(3), random(1));

    assertThat(decision).isInstanceOf(Decision.GiveUp.class);
    assertThat(((Decision.GiveUp) decision).sentence()).contains("20 times").contains("deploy");
  }

  @Test
  void whatRanOutOfMemoryBeforeItWasReadyDoesNotFitHere() {
    Decision decision = POLICY.decide(End.OUT_OF_MEMORY, 0, Duration.ZERO, random(1));

    assertThat(((Decision.GiveUp) decision).sentence()).contains("does not fit here");
  }

  @Test
  void whatRanOutOfMemoryUnderLoadIsStartedAgain() {
    Decision decision = POLICY.decide(End.OUT_OF_MEMORY, 0, Duration.ofSeconds(9), random(1));

    assertThat(decision).isInstanceOf(Decision.Again.class);
  }

  @Test
  void whatNoRestartCanMendIsNotStartedAgain() {
    Decision decision = POLICY.decide(End.NOT_STARTABLE, 0, Duration.ZERO, random(1));

    assertThat(decision).isInstanceOf(Decision.GiveUp.class);
  }

  @Test
  void aServerElsewhereIsNeverGivenUp() {
    Decision decision = POLICY.decide(End.AWAY, 10_000, Duration.ZERO, random(1));

    assertThat(decision).isInstanceOf(Decision.Again.class);
    assertThat(((Decision.Again) decision).pause()).isLessThanOrEqualTo(Duration.ofSeconds(60));
  }
}
