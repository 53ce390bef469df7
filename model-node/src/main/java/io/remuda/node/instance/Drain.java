package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;

/** The time that what is in flight has to finish; told again, it only ever gets shorter. */
final class Drain {
  private static final String TIMER = "drain";

  private final Surroundings around;
  private final TimerScheduler<ModelInstance.Command> timers;
  private long endsAtNanos;

  Drain(Surroundings around, TimerScheduler<ModelInstance.Command> timers) {
    this.around = around;
    this.timers = timers;
  }

  void begin(Duration limit) {
    endsAtNanos = around.nanoTime().get() + limit.toNanos();
    timers.startSingleTimer(TIMER, new ModelInstance.Drained(), limit);
  }

  /** A drain that is over stays so. */
  void shorten(Duration limit) {
    boolean sooner = around.nanoTime().get() + limit.toNanos() - endsAtNanos < 0;
    if (timers.isTimerActive(TIMER) && sooner) {
      begin(limit);
    }
  }

  void over() {
    timers.cancel(TIMER);
  }
}
