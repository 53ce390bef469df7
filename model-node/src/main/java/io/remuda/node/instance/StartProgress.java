package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import java.time.Duration;

/**
 * How far the start of an engine is. No engine tells, so it is the time that has passed as a share
 * of what the last start of the same model took on this machine; nothing is said of a first start.
 * Belongs to one actor.
 */
final class StartProgress {
  private static final String TIMER = "progress";

  /** It is not ready before it has shown that it is, however long it takes. */
  private static final long MOST_PERCENT = 99;

  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private long begun;
  private boolean counting;

  StartProgress(
      Surroundings around, Standing standing, TimerScheduler<ModelInstance.Command> timers) {
    this.around = around;
    this.standing = standing;
    this.timers = timers;
  }

  /** The engine is being started now. */
  void begin() {
    begun = around.nanoTime().get();
    counting = true;
    if (around.starts().last(spec()).isPresent()) {
      timers.startTimerWithFixedDelay(
          TIMER, new ModelInstance.LookAtStart(), around.settings().progressInterval());
    }
  }

  /** Says how far it is, where that has changed. */
  void look() {
    if (!counting || !isLoading(standing.phase())) {
      return;
    }
    around
        .starts()
        .last(spec())
        .map(last -> percent(elapsed(), last))
        .filter(percent -> percent != standing.state().progress())
        .ifPresent(standing::loading);
  }

  /** The engine is ready: the next start is measured by this one. */
  void ready() {
    if (counting) {
      around.starts().took(spec(), elapsed());
    }
  }

  /** The start is over, one way or the other. */
  void over() {
    counting = false;
    timers.cancel(TIMER);
  }

  static int percent(Duration elapsed, Duration last) {
    return (int) Math.min(MOST_PERCENT, 100 * elapsed.toMillis() / Math.max(1, last.toMillis()));
  }

  private static boolean isLoading(Phase phase) {
    return phase == Phase.STARTING || phase == Phase.WARMING;
  }

  private Duration elapsed() {
    return Duration.ofNanos(around.nanoTime().get() - begun);
  }

  private ModelSpec spec() {
    return standing.assignment().spec();
  }
}
