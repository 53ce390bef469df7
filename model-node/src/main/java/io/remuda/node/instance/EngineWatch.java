package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.model.Phase;
import java.util.Optional;

/** Looks now and then whether a ready engine still answers. */
final class EngineWatch {
  private static final String TIMER = "watch";

  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private int unanswered;
  private int watched = -1;

  EngineWatch(
      Work work,
      Surroundings around,
      Standing standing,
      TimerScheduler<ModelInstance.Command> timers) {
    this.work = work;
    this.around = around;
    this.standing = standing;
    this.timers = timers;
  }

  void begin(int run) {
    unanswered = 0;
    watched = run;
    timers.startTimerWithFixedDelay(
        TIMER, new ModelInstance.Watch(run), around.settings().watchInterval());
  }

  void end() {
    timers.cancel(TIMER);
  }

  /** Looks only when nothing else shows that the engine is well. */
  void look(int run) {
    if (!ready(run)) {
      return;
    }
    long silent = around.nanoTime().get() - standing.pulse().get();
    boolean idle = standing.gate().inFlight() == 0;
    if (!idle && silent < around.settings().stallLimit().toNanos()) {
      unanswered = 0;
      return;
    }
    standing
        .running()
        .ifPresent(
            engine ->
                work.then(
                    engine.answers(idle),
                    (answers, why) -> new ModelInstance.Watched(run, why == null && answers)));
  }

  /** What is wrong after one more look; empty while there is hope. */
  Optional<String> looked(ModelInstance.Watched seen) {
    if (!ready(seen.run())) {
      return Optional.empty();
    }
    unanswered = seen.answers() ? 0 : unanswered + 1;
    return unanswered >= around.settings().watchFailures()
        ? Optional.of("did not answer " + unanswered + " times in a row")
        : Optional.empty();
  }

  private boolean ready(int run) {
    return run == watched && standing.phase() == Phase.READY;
  }
}
