package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A registry node that was not run for long ends, where others have taken over meanwhile. */
class PauseWatchdogTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration SOON = Duration.ofSeconds(30);

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicBoolean others = new AtomicBoolean(true);
  private final AtomicInteger looks = new AtomicInteger();
  private final CountDownLatch paused = new CountDownLatch(1);
  private final Thread watchdog =
      PauseWatchdog.start(
          () -> {
            looks.incrementAndGet();
            return others.get();
          },
          nanos::get,
          LIMIT,
          paused::countDown);

  @AfterEach
  void end() {
    watchdog.interrupt();
  }

  @Test
  void endsANodeThatWasNotRunForLongerThanTheLimit() throws Exception {
    lookTwice();

    nanos.addAndGet(LIMIT.plusMillis(1).toNanos());

    assertThat(paused.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void takesShortPausesForWhatTheyAre() {
    lookTwice();

    nanos.addAndGet(LIMIT.toNanos());
    lookTwice();
    nanos.addAndGet(LIMIT.toNanos());
    lookTwice();

    assertThat(paused.getCount()).isEqualTo(1);
  }

  @Test
  void letsANodeLiveWhosePlaceNobodyTakes() throws Exception {
    others.set(false);
    lookTwice();

    nanos.addAndGet(LIMIT.multipliedBy(10).toNanos());
    lookTwice();

    assertThat(paused.getCount()).isEqualTo(1);
    others.set(true);
    lookTwice();
    assertThat(paused.getCount()).as("that pause is past").isEqualTo(1);
    nanos.addAndGet(LIMIT.plusMillis(1).toNanos());
    assertThat(paused.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void onlyMostOfAllRegistryNodesTakeOver() {
    assertThat(PauseWatchdog.isMajority(2, 3)).isTrue();
    assertThat(PauseWatchdog.isMajority(3, 5)).isTrue();
    assertThat(PauseWatchdog.isMajority(1, 3)).as("another one is missing already").isFalse();
    assertThat(PauseWatchdog.isMajority(1, 2)).isFalse();
    assertThat(PauseWatchdog.isMajority(0, 1)).isFalse();
  }

  /** Once for the look that may be under way, once for one that sees everything set so far. */
  private void lookTwice() {
    int before = looks.get();
    Eventually.isTrue("it looks", SOON, () -> looks.get() >= before + 2);
  }
}
