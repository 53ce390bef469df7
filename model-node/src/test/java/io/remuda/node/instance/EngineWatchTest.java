package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which engines are taken for dead, by a clock that the test moves. */
class EngineWatchTest extends InstanceFixture {
  private static final Duration STALL = LIMIT;
  private static final Duration HANG = Duration.ofMinutes(10);

  private final AtomicLong clock = new AtomicLong(1_000_000);
  private final AtomicInteger asked = new AtomicInteger();
  private final FakeRuntime runtime = FakeRuntime.quick();

  @BeforeEach
  void useItsOwnClock() {
    hangLimit = HANG;
    nanoTime =
        () -> {
          asked.incrementAndGet();
          return clock.get();
        };
  }

  private FakeRuntime.Engine engine() {
    return runtime.engines.get(0);
  }

  private void later(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  /** Waits for a look that has seen everything set so far. */
  private void looked() {
    int before = asked.get();
    Eventually.isTrue("it is looked at", LIMIT, () -> asked.get() >= before + 2);
  }

  private void isKilled() {
    Eventually.isTrue(
        "it is killed", LIMIT, () -> engine().endedWith.equals(Optional.of(Duration.ZERO)));
  }

  private void isLeftAlone() {
    assertThat(hosted.find(ID).orElseThrow().phase()).isEqualTo(Phase.READY);
    assertThat(engine().endedWith).isEmpty();
  }

  @Test
  void anIdleOneThatGivesNoTokenIsEnded() {
    ready(runtime);

    engine().answering = false;

    assertThat(expect(Phase.BACKOFF).reason().orElseThrow()).contains("did not answer 2 times");
    assertThat(engine().looks).contains(true);
    isKilled();
  }

  @Test
  void aBusyOneThatIsSilentAndDoesNotEvenSayThatItIsThereIsEnded() {
    ready(runtime);
    assertThat(gate().tryAcquire()).isPresent();
    engine().answering = false;
    looked();
    engine().looks.clear();

    later(STALL);

    assertThat(expect(Phase.BACKOFF).reason().orElseThrow()).contains("did not answer 2 times");
    assertThat(engine().looks).hasSizeGreaterThanOrEqualTo(2).containsOnly(false);
  }

  @Test
  void aSlowOneThatStillSendsSomethingIsLeftAlone() {
    ready(runtime);
    assertThat(gate().tryAcquire()).isPresent();
    looked();
    // It would answer no look: all that it has works on what it has.
    engine().answering = false;

    for (Duration passed = Duration.ZERO;
        passed.compareTo(HANG.multipliedBy(2)) < 0;
        passed = passed.plus(STALL)) {
      hosted.find(ID).orElseThrow().pulse().set(clock.get() + STALL.toNanos());
      later(STALL.multipliedBy(2).minusMillis(1));
      looked();
    }

    isLeftAlone();
  }

  @Test
  void oneThatReadsLongPromptsInAllSlotsIsAskedForNoTokenAndLeftAlone() {
    ready(runtime);
    assertThat(gate().tryAcquire()).isPresent();
    assertThat(gate().tryAcquire()).isPresent();
    looked();
    engine().looks.clear();

    later(HANG.minusSeconds(1));

    Eventually.isTrue("it is looked at", LIMIT, () -> engine().looks.size() >= 4);
    assertThat(engine().looks).containsOnly(false);
    isLeftAlone();
  }

  @Test
  void oneThatAnswersLooksAndWorksNoMoreIsEnded() {
    ready(runtime);
    assertThat(gate().tryAcquire()).isPresent();
    looked();

    later(HANG);

    assertThat(expect(Phase.BACKOFF).reason().orElseThrow())
        .contains("sent nothing for 600 s while 1 requests ran");
    isKilled();
  }

  @Test
  void theTimeInWhichItHadNothingToDoIsNoSilence() {
    ready(runtime);
    later(HANG.multipliedBy(10));
    looked();

    assertThat(gate().tryAcquire()).isPresent();
    looked();

    isLeftAlone();
  }
}
