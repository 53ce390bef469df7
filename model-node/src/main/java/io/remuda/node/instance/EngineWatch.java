package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks now and then whether a ready engine still answers: an idle one makes a token, a busy one
 * that is silent shows that it is there. One that is busy and silent for too long hangs, whatever
 * it answers; one that sends something, however slowly, is well.
 */
final class EngineWatch {
  private static final String TIMER = "watch";

  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private int unanswered;
  private int watched = -1;
  // Silence counts only while there is something to say.
  private long lastIdle;

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
    lastIdle = around.nanoTime().get();
    timers.startTimerWithFixedDelay(
        TIMER, new ModelInstance.Watch(run), around.settings().watchInterval());
  }

  void end() {
    timers.cancel(TIMER);
  }

  /** Asks it only when nothing else shows that it is well; returns what is wrong already. */
  Optional<String> look(int run) {
    if (!ready(run)) {
      return Optional.empty();
    }
    long now = around.nanoTime().get();
    int busy = standing.gate().inFlight();
    if (busy == 0) {
      lastIdle = now;
    }
    long silent = Math.min(now - lastIdle, now - standing.pulse().get());
    if (busy > 0 && silent < around.settings().stallLimit().toNanos()) {
      unanswered = 0;
      return Optional.empty();
    }
    if (busy > 0 && silent >= around.settings().hangLimit().toNanos() && sendsAllItDoes()) {
      return Optional.of(
          "sent nothing for %d s while %d requests ran"
              .formatted(Duration.ofNanos(silent).toSeconds(), busy));
    }
    ask(run, busy == 0);
    return Optional.empty();
  }

  /** What takes tasks by itself is silent for as long as they take. */
  private boolean sendsAllItDoes() {
    return standing.running().flatMap(EngineRuntime.Running::duty).isEmpty();
  }

  private void ask(int run, boolean idle) {
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
