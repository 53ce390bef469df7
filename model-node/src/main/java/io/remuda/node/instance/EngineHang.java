package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;

/**
 * What is done with an engine that runs and is of no use: it is killed, and again until it is gone,
 * for it still holds its memory. What follows is as if it had ended by itself.
 */
final class EngineHang {
  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final EngineEnd end;
  private final TimerScheduler<ModelInstance.Command> timers;
  private Optional<String> what = Optional.empty();
  // Which engine hangs; what is still said of an earlier one is not listened to.
  private int hanging = -1;

  EngineHang(
      Work work,
      Surroundings around,
      Standing standing,
      EngineEnd end,
      TimerScheduler<ModelInstance.Command> timers) {
    this.work = work;
    this.around = around;
    this.standing = standing;
    this.end = end;
    this.timers = timers;
  }

  /** Of a new engine nothing bad is known. */
  void forget() {
    what = Optional.empty();
    hanging = -1;
  }

  void begin(int run, String why) {
    what = Optional.of(why);
    hanging = run;
    standing.gate().close();
    standing.move(Trigger.ENGINE_HUNG, what);
    kill(run);
  }

  /** Kills it, if it is still there. */
  void kill(int run) {
    standing
        .running()
        .filter(engine -> hangs(run))
        .ifPresent(
            engine ->
                work.then(
                    engine.end(Duration.ZERO),
                    (done, why) -> new ModelInstance.Killed(run, Optional.ofNullable(why))));
  }

  /** Says so when no signal has ended it, and tries again later. */
  void killed(ModelInstance.Killed killed) {
    Optional<Running> engine = standing.running();
    if (engine.isPresent() && hangs(killed.run()) && killed.failure().isPresent()) {
      standing.say(Optional.of(after(end.stuck(engine, killed.failure().get()))));
      timers.startSingleTimer(
          "kill again", new ModelInstance.KillAgain(killed.run()), around.settings().stopGrace());
    }
  }

  private boolean hangs(int run) {
    return run == hanging && standing.phase() == Phase.BACKOFF;
  }

  /** Words on the engine's end, with what was wrong before it. */
  String after(String words) {
    return what.map(before -> before + "; ").orElse("") + words;
  }
}
