package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.EngineRuntime.Start;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.node.instance.RestartPolicy.Decision;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Phase;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * The course of one instance's engines: each is adopted or started, proves itself, is watched, and
 * is followed by the next one when it ends, until none is wanted or none has a chance. Belongs to
 * one actor.
 */
final class EngineCourse {

  private static final String PAUSE = "pause";

  private final EngineRuntime runtime;
  private final Standing standing;
  private final InstanceTasks tasks;
  private final WorkerRest rest;
  private final TimerScheduler<ModelInstance.Command> timers;
  private final Logger log;
  private final StartProgress progress;
  private final EngineStart start;
  private final EngineWatch watch;
  private final EngineEnd end;
  private final EngineHang hang;
  private final EngineFailures failures;
  private final TroubleWatch trouble;

  EngineCourse(
      Work work,
      Surroundings around,
      EngineRuntime runtime,
      Standing standing,
      InstanceTasks tasks,
      WorkerRest rest,
      TimerScheduler<ModelInstance.Command> timers,
      Logger log) {
    this.runtime = runtime;
    this.standing = standing;
    this.tasks = tasks;
    this.rest = rest;
    this.timers = timers;
    this.log = log;
    this.progress = new StartProgress(work, around, standing, timers);
    this.start = new EngineStart(work, around, runtime, standing, progress);
    this.watch = new EngineWatch(work, around, standing, timers);
    this.end = new EngineEnd(work, around, standing, timers, log);
    this.hang = new EngineHang(work, around, standing, end, timers);
    this.failures = new EngineFailures(around);
    this.trouble = new TroubleWatch(work, around, standing, timers);
  }

  void begin(ModelInstance.Begin begin) {
    if (begin.adopt()) {
      start.adopt();
    } else {
      start.again();
      bringUp(Trigger.RESERVED);
    }
  }

  void adopted(ModelInstance.Adopted adopted) {
    start.adopted();
    adopted.problem().ifPresent(why -> log.warn("not adopted instance={}", standing.id(), why));
    adopted.found().ifPresent(this::runs);
    if (standing.phase() == Phase.DRAINING) {
      end();
    } else if (adopted.found().isEmpty() || !runtime.startable()) {
      bringUp(Trigger.RESERVED);
    } else {
      log.info("adopted {}", standing.engine());
      standing.move(Trigger.ADOPTED, Optional.empty());
      start.prove();
    }
  }

  private void runs(Running engine) {
    start.watchOver(engine);
    trouble.begin();
  }

  /** Why it ended before is said until it is ready again. */
  private void bringUp(Trigger trigger) {
    standing.move(trigger, standing.state().reason());
    start.comeUp();
  }

  void turn() {
    start.turn();
  }

  void started(ModelInstance.Started started) {
    start.started();
    if (started.start() instanceof Start.Up up) {
      runs(up.running());
    }
    if (standing.phase() == Phase.DRAINING) {
      end();
    } else if (started.start() instanceof Start.Not not) {
      failed(not.hopeless() ? End.NOT_STARTABLE : End.EXITED, not.refused().message());
    } else {
      log.info("engine started {}", standing.engine());
      hang.forget();
      standing.move(Trigger.SPAWNED, standing.state().reason());
      start.prove();
    }
  }

  void proven(ModelInstance.Proven proven) {
    if (proven.run() != start.run() || standing.phase() != Phase.WARMING) {
      return;
    }
    if (proven.missing().isPresent()) {
      hangs(proven.missing().get());
      return;
    }
    if (!rest.mayServe(proven)) {
      return;
    }
    standing.pulse().set(failures.ready());
    standing.running().flatMap(Running::serving).ifPresent(standing::serves);
    standing.gate().open();
    tasks.begin();
    standing.move(Trigger.PROVEN, Optional.empty());
    start.proven();
    log.info("ready instance={}", standing.id());
    watch.begin(start.run());
  }

  void look(ModelInstance.Watch look) {
    watch.look(look.run()).ifPresent(this::hangs);
  }

  void looked(ModelInstance.Watched seen) {
    watch.looked(seen).ifPresent(this::hangs);
  }

  private void hangs(String what) {
    watch.end();
    tasks.end();
    hang.begin(start.run(), what);
  }

  void kill(ModelInstance.KillAgain again) {
    hang.kill(again.run());
  }

  void killed(ModelInstance.Killed killed) {
    hang.killed(killed);
  }

  void ended(ModelInstance.EngineEnded ended) {
    if (ended.run() != start.run() || standing.running().isEmpty()) {
      return;
    }
    standing.running().ifPresent(trouble::ended);
    standing.runsNothing();
    watch.end();
    tasks.end();
    standing.gate().close();
    if (standing.phase() == Phase.DRAINING) {
      // What was in flight has failed with the engine; nothing is left to wait for.
      end();
    } else if (!runtime.startable()) {
      // It has failed already, or is about to; what is left of it waits to be told to stop.
      standing.say(standing.state().reason());
    } else {
      failed(ended.ending().end(), hang.after(ended.ending().words()));
    }
  }

  private void failed(End how, String words) {
    start.over();
    trouble.ended(words);
    Decision next = failures.decide(how);
    if (next instanceof Decision.Again again) {
      log.warn("engine ended instance={} then={} reason={}", standing.id(), again, logged(words));
      standing.move(Trigger.ENGINE_ENDED, Optional.of(words));
      timers.startSingleTimer(PAUSE, new ModelInstance.PauseOver(), again.pause());
      return;
    }
    String why = ((Decision.GiveUp) next).sentence() + ": " + words;
    log.error("given up instance={} reason={}", standing.id(), logged(why));
    standing.failed(how.kind());
    standing.move(Trigger.HOPELESS, Optional.of(why));
  }

  /** All of an engine's output is in its own file. */
  private static String logged(String words) {
    return LastWords.within(words, LastWords.JOURNALED_BYTES);
  }

  void pauseOver() {
    if (standing.phase() == Phase.BACKOFF) {
      start.again();
      standing.restarted();
      bringUp(Trigger.PAUSE_OVER);
    }
  }

  void lookAtStart() {
    progress.look();
  }

  void seenOfStart(ModelInstance.SeenOfStart seen) {
    progress.seen(seen);
  }

  void lookForTrouble() {
    trouble.look();
  }

  void seenOfTrouble(ModelInstance.SeenOfTrouble seen) {
    trouble.seen(seen);
  }

  /** None is started any more. */
  void stop() {
    timers.cancel(PAUSE);
  }

  /** Ends what runs; what is still being brought up is ended when it is up. */
  void end() {
    if (!start.underWay()) {
      end.begin();
    }
  }

  void ended(ModelInstance.Ended ended) {
    end.ended(ended);
  }

  void endAgain(ModelInstance.EndAgain again) {
    end.again(again.engine());
  }

  /** Nothing is left of it: the next engine of the machine may start. */
  void over() {
    start.over();
  }
}
