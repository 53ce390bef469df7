package io.remuda.node.instance;

import io.remuda.node.instance.EngineRuntime.Ending;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.EngineRuntime.Start;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Phase;
import java.util.Optional;

/**
 * The steps by which one instance's engine comes up: adopted or started, in its machine's turn, and
 * proven. Each step's outcome comes back to the instance as a message that carries its run.
 */
final class EngineStart {

  /** What of a start is under way. */
  private enum Step {
    IDLE,
    /** Looking for the engine of a former JVM. */
    ADOPTING,
    /** Another engine of this machine is starting. */
    WAITING,
    /** The engine is being brought up. */
    STARTING,
    /** The engine is up and has its machine's turn until it is ready. */
    WARMING
  }

  private final Work work;
  private final Surroundings around;
  private final EngineRuntime runtime;
  private final Standing standing;
  private final StartProgress progress;
  // Counts engine starts: what an earlier engine's watchers still have to say is not listened to.
  private int run;
  private Step step = Step.IDLE;

  EngineStart(
      Work work,
      Surroundings around,
      EngineRuntime runtime,
      Standing standing,
      StartProgress progress) {
    this.work = work;
    this.around = around;
    this.runtime = runtime;
    this.standing = standing;
    this.progress = progress;
  }

  /** Of the engine that is there or comes up now. */
  int run() {
    return run;
  }

  /** Whether something may run in a moment that nobody holds yet. */
  boolean underWay() {
    return step == Step.ADOPTING || step == Step.STARTING;
  }

  /** Looks for the engine of a former JVM. */
  void adopt() {
    int now = ++run;
    step = Step.ADOPTING;
    work.off(
        runtime::adopt,
        found -> new ModelInstance.Adopted(now, found, Optional.empty()),
        why -> new ModelInstance.Adopted(now, Optional.empty(), Optional.of(why)));
  }

  void adopted() {
    step = Step.IDLE;
  }

  /** Begins a new run. */
  void again() {
    run++;
  }

  /** Starts the engine, when it is its turn if it needs one. */
  void comeUp() {
    if (runtime.startsAlone()) {
      step = Step.WAITING;
      standing.tell(new InstanceNotice.WantsTurn(standing.id()));
    } else {
      start();
    }
  }

  /** It may start, unless it does not want to any more. */
  void turn() {
    if (step == Step.WAITING && standing.phase() == Phase.STARTING) {
      start();
    } else {
      standing.tell(new InstanceNotice.TurnOver(standing.id()));
    }
  }

  private void start() {
    step = Step.STARTING;
    if (runtime.startsAlone()) {
      progress.begin();
    }
    int now = run;
    InstanceFolder.Kept kept =
        new InstanceFolder.Kept(standing.assignment(), standing.state().restarts());
    work.off(
        () -> {
          around.folders().write(kept);
          return runtime.start();
        },
        start -> new ModelInstance.Started(now, start),
        why -> new ModelInstance.Started(now, notWritten(why)));
  }

  private static Start notWritten(Throwable why) {
    return new Start.Not(
        Refused.of(
            ErrorCode.INTERNAL,
            "the start failed on this machine (" + why + "); is there room on its disk?"),
        false);
  }

  /** Something runs, or nothing will: the start itself is over. */
  void started() {
    step = Step.WARMING;
  }

  /** From now on the end of {@code engine} is heard of. */
  void watchOver(Running engine) {
    int now = run;
    standing.runs(engine);
    work.then(
        engine.ending(),
        (how, why) ->
            new ModelInstance.EngineEnded(
                now,
                why == null
                    ? how
                    : new Ending("the engine is gone: " + why, RestartPolicy.End.EXITED)));
  }

  /** Has the engine show that it is ready. */
  void prove() {
    int now = run;
    standing
        .running()
        .ifPresent(
            engine ->
                work.then(
                    engine.prove(around.settings().startLimit()),
                    (missing, why) ->
                        new ModelInstance.Proven(
                            now, why == null ? missing : Optional.of(why.toString()))));
  }

  /** The engine has shown that it is ready. */
  void proven() {
    progress.ready();
    over();
  }

  /** The start is over, one way or the other: the next engine of the machine may start. */
  void over() {
    progress.over();
    if (step != Step.IDLE && runtime.startsAlone()) {
      standing.tell(new InstanceNotice.TurnOver(standing.id()));
    }
    step = Step.IDLE;
  }
}
