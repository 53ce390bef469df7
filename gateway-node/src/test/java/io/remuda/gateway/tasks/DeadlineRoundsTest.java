package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.id.TaskId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deadlines while other parts are broken. What is not done at once would be done after a pause. */
class DeadlineRoundsTest {

  private final Config config = ConfigFactory.load();
  private final HandTimers timers = new HandTimers();

  @AfterEach
  void stop() {
    timers.shutdownNow();
  }

  @Test
  void aBrokerThatIsAwayDelaysNobodysDeadline() throws Exception {
    // given many more overdue tasks than one look takes, and a broker that answers nothing
    OverdueTasks results = new OverdueTasks(5_000);

    try (TaskRounds rounds = start(results)) {
      timers.runAllThatWait();
      timers.runWhatIsDue();
    }

    // then all of them have ended without a pause between the looks
    assertThat(results.open).isEmpty();
  }

  @Test
  void oneTaskThatCannotBeEndedHoldsUpNoOther() throws Exception {
    OverdueTasks results = new OverdueTasks(1_000);
    results.stuck.add(new TaskId("tk_0"));
    results.stuck.add(new TaskId("tk_500"));

    try (TaskRounds rounds = start(results)) {
      timers.runAllThatWait();
      timers.runWhatIsDue();
    }

    assertThat(results.open).containsExactlyInAnyOrderElementsOf(results.stuck);
  }

  @Test
  void aStoreThatEndsNothingIsLeftAloneForAPause() throws Exception {
    OverdueTasks results = new OverdueTasks(1_000);
    results.stuck.addAll(results.open);

    try (TaskRounds rounds = start(results)) {
      timers.runAllThatWait();
      assertThat(timers.due()).isZero();
    }
  }

  private TaskRounds start(OverdueTasks results) {
    Backends now =
        new Backends(
            Optional.of(new ScriptedQueue()),
            Optional.of(results),
            Optional.empty(),
            Optional.empty(),
            "no shelf");
    TaskDesk desk =
        new TaskDesk(() -> now, DeskSettings.from(config), InstantSource.system(), new Random(1));
    return TaskRounds.start(
        () -> now,
        desk,
        WebhookSettings.from(config),
        new Routes()::snapshot,
        record -> new byte[0],
        timers,
        InstantSource.system());
  }

  /** Timers that run what they were given when the test says so. */
  private static final class HandTimers extends ScheduledThreadPoolExecutor {

    private record Given(Runnable work, long delay) {}

    private final List<Given> waiting = new ArrayList<>();

    HandTimers() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
      waiting.add(new Given(work, delay));
      return super.schedule(() -> {}, 0, unit);
    }

    long due() {
      return waiting.stream().filter(given -> given.delay() == 0).count();
    }

    void runAllThatWait() {
      List<Given> now = List.copyOf(waiting);
      waiting.clear();
      now.forEach(given -> given.work().run());
    }

    void runWhatIsDue() {
      while (due() > 0) {
        List<Given> now = waiting.stream().filter(given -> given.delay() == 0).toList();
        waiting.removeAll(now);
        now.forEach(given -> given.work().run());
      }
    }
  }
}
