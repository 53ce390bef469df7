package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.EngineRuntime.Running;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;

/**
 * The end of an instance: its engine first, then its folder. What may still run still uses its
 * claim, so the instance is not over before its engine is gone.
 */
final class EngineEnd {
  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private boolean begun;

  EngineEnd(
      Work work,
      Surroundings around,
      Standing standing,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.work = work;
    this.around = around;
    this.standing = standing;
    this.timers = timers;
    this.log = log;
  }

  /** Ends what runs; the first call counts. */
  void begin() {
    if (!begun) {
      begun = true;
      end(standing.running(), around.settings().stopGrace());
    }
  }

  /** Kills what did not end when it was asked, and killed, before. */
  void again(Optional<Running> engine) {
    end(engine, Duration.ZERO);
  }

  private void end(Optional<Running> engine, Duration grace) {
    CompletionStage<?> ended =
        engine
            .<CompletionStage<?>>map(one -> one.end(grace))
            .orElseGet(() -> CompletableFuture.completedFuture(true));
    work.then(ended, (done, why) -> new ModelInstance.Ended(engine, Optional.ofNullable(why)));
  }

  /** The engine is gone, or cannot be ended yet. */
  void ended(ModelInstance.Ended ended) {
    if (ended.failure().isPresent()) {
      standing.say(Optional.of(stuck(ended.engine(), ended.failure().get())));
      timers.startSingleTimer(
          "end again", new ModelInstance.EndAgain(ended.engine()), around.settings().stopGrace());
      return;
    }
    work.off(
        () -> {
          around.folders().remove(standing.id());
          return true;
        },
        done -> new ModelInstance.Gone(Optional.empty()),
        why -> new ModelInstance.Gone(Optional.of(why)));
  }

  /** What to say of an engine that no signal ends; logged too. */
  String stuck(Optional<Running> engine, Throwable why) {
    String pid = Standing.text(engine.map(Running::pid).orElseGet(OptionalLong::empty));
    log.error("engine may still run instance={} pid={}", standing.id(), pid, why);
    return "the engine (pid %s) did not end when it was killed; its memory stays reserved and it is"
            .formatted(pid)
        + " killed again every %s; if it hangs in a device, restart the machine: %s"
            .formatted(around.settings().stopGrace(), why);
  }
}
