package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.tasks.SlowEndings.Look;
import io.remuda.protocol.id.TaskId;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * That a task has ended 60 s after its deadline, with the settings that hold when nobody sets any:
 * the sum of all pauses and time-outs on the way of the slowest, and the real rounds under virtual
 * time, which keep to that sum.
 */
class EndsInTimeTest {

  private static final Duration PROMISE = Duration.ofSeconds(60);

  private final Config defaults = ConfigFactory.load();
  private final DeskSettings settings = DeskSettings.from(defaults);
  private final Duration callLimit = defaults.getDuration("remuda.tasks.timeout");
  private final VirtualTimers timers = new VirtualTimers();

  @AfterEach
  void stop() {
    timers.shutdownNow();
  }

  /** A pause is at most half as long again as its setting. */
  private Duration pause() {
    return settings.sweepPause().multipliedBy(3).dividedBy(2);
  }

  /** From the begin of a look to its tasks' ends: two calls of the store. */
  private Duration look() {
    return callLimit.multipliedBy(2);
  }

  /** The slowest way where a look came just too early, and the next one never came back. */
  private Duration afterOneThatHangs() {
    return look().plus(pause()).plus(settings.sweepLimit()).plus(pause()).plus(look());
  }

  /** The slowest way where a look came just too early, and the store was away for the next two. */
  private Duration afterTwoThatFail() {
    return look().plus(pause().plus(callLimit).multipliedBy(2)).plus(pause()).plus(look());
  }

  @Test
  void theDefaultsKeepThePromise() {
    assertThat(afterOneThatHangs())
        .as(
            "sweep-limit and 3 times sweep-pause of remuda.gateway.tasks, 4 times remuda.tasks.timeout")
        .isLessThanOrEqualTo(PROMISE);
    assertThat(settings.sweepLimit())
        .as("sweep-limit is above what a good look may take")
        .isGreaterThan(look());
    assertThat(afterTwoThatFail())
        .as("4.5 times remuda.gateway.tasks.sweep-pause, 6 times remuda.tasks.timeout")
        .isLessThanOrEqualTo(PROMISE);
  }

  @ParameterizedTest
  @CsvSource({"0, ANSWERS", "1, HANGS", "2, FAILS"})
  void theRoundsKeepToThatSum(int looks, Look mood) throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      SlowEndings store = new SlowEndings(timers, callLimit);
      // given more tasks than one look takes, of deadlines within a minute
      for (int i = 0; i < settings.sweepBatch() * 3 / 2; i++) {
        store.holds(
            new TaskId("tk_" + seed + "_" + i),
            timers.instant().plusMillis(10_000 + random.nextInt(60_000)));
      }

      try (TaskRounds rounds = start(store)) {
        timers.pass(Duration.ofMillis(5_000 + random.nextInt(40_000)));
        store.next(looks, mood);
        timers.pass(Duration.ofMinutes(3));
      }

      assertThat(store.looksAhead()).isZero();
      assertThat(store.ended()).hasSize(settings.sweepBatch() * 3 / 2);
      Duration bound =
          switch (mood) {
            case ANSWERS -> look().plus(pause()).plus(look());
            case HANGS -> afterOneThatHangs();
            case FAILS -> afterTwoThatFail();
          };
      assertThat(store.ended().values())
          .as("seed %d", seed)
          .allSatisfy(after -> assertThat(after).isBetween(Duration.ZERO, bound));
    }
  }

  private TaskRounds start(SlowEndings results) {
    Backends now =
        new Backends(
            Optional.of(new ScriptedQueue()),
            Optional.of(results),
            Optional.empty(),
            Optional.empty(),
            "no shelf");
    TaskDesk desk = new TaskDesk(() -> now, settings, timers, new Random(1));
    return TaskRounds.start(
        () -> now,
        desk,
        WebhookSettings.from(defaults),
        new Routes()::snapshot,
        record -> new byte[0],
        timers,
        timers);
  }
}
