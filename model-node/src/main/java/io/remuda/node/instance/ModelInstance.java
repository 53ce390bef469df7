package io.remuda.node.instance;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.engine.FilesRead;
import io.remuda.node.engine.LogNews;
import io.remuda.node.instance.EngineRuntime.Ending;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.EngineRuntime.Start;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.node.instance.RestartPolicy.Decision;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * One replica of a model on this machine: brings its engine up, opens its gate when the engine has
 * proven itself, starts it again when it ends, and drains it when told to stop. Moves only as
 * {@link Lifecycle} allows and tells its owner of each step.
 *
 * <p>When the actor ends without having been told to stop, its engine goes on running under its
 * keeper and the next JVM adopts it.
 */
public final class ModelInstance extends AbstractBehavior<ModelInstance.Command> {

  /** What an instance is told. */
  public sealed interface Command {}

  /**
   * Begin, once.
   *
   * @param adopt whether an engine of a former JVM may be there
   */
  public record Begin(boolean adopt) implements Command {}

  /** The answer to {@link InstanceNotice.WantsTurn}. */
  public record YourTurn() implements Command {}

  /** Drain for at most so long, then end the engine and the instance; again, to hasten it. */
  public record Stop(Duration drain) implements Command {}

  /**
   * Keep it, or some slots of it, for one lease's holder; answered once, on any thread, with why
   * not if not.
   */
  public record Hold(LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer, int slots)
      implements Command {

    /** Of the whole instance. */
    public Hold(LeaseToken grant, Duration ttl, Consumer<Optional<Refused>> answer) {
      this(grant, ttl, answer, 0);
    }
  }

  /** Let go of what a lease holds; answered once. */
  public record Release(LeaseToken grant, Consumer<Optional<Refused>> answer) implements Command {}

  record OfLease(InstanceLease.News news) implements Command {}

  record OfShares(InstanceShares.News news) implements Command {}

  /** Calls of a lease that is over had time to end. */
  record GraceOver(LeaseId lease) implements Command {}

  record Adopted(int run, Optional<Running> found, Optional<Throwable> problem)
      implements Command {}

  record Started(int run, Start start) implements Command {}

  record Proven(int run, Optional<String> missing) implements Command {}

  record Watch(int run) implements Command {}

  record Watched(int run, boolean answers) implements Command {}

  record EngineEnded(int run, Ending ending) implements Command {}

  record Ended(Optional<Running> engine, Optional<Throwable> failure) implements Command {}

  record EndAgain(Optional<Running> engine) implements Command {}

  record Gone(Optional<Throwable> failure) implements Command {}

  record LookAtTasks() implements Command {}

  record LookAtStart() implements Command {}

  record SeenOfStart(int start, Optional<FilesRead> read) implements Command {}

  record LookForTrouble() implements Command {}

  record SeenOfTrouble(int watched, LogNews news) implements Command {}

  private record PauseOver() implements Command {}

  record Drained() implements Command {}

  record Killed(int run, Optional<Throwable> failure) implements Command {}

  record KillAgain(int run) implements Command {}

  private final TimerScheduler<Command> timers;
  private final EngineRuntime runtime;
  private final Logger log;
  private final Work work;
  private final Standing standing;
  private final StartProgress progress;
  private final EngineStart start;
  private final EngineWatch watch;
  private final Drain drain;
  private final EngineEnd end;
  private final EngineHang hang;
  private final EngineFailures failures;
  private final InstanceTasks tasks;
  private final Grace grace;
  private final WorkerRest rest;
  private final InstanceLease lease;
  private final TroubleWatch trouble;
  private final InstanceShares shares;

  private ModelInstance(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Surroundings around,
      EngineRuntime runtime,
      Standing standing) {
    super(context);
    this.timers = timers;
    this.runtime = runtime;
    this.standing = standing;
    this.log = context.getLog();
    this.work = new Work(context, around.blocking());
    this.progress = new StartProgress(work, around, standing, timers);
    this.start = new EngineStart(work, around, runtime, standing, progress);
    this.watch = new EngineWatch(work, around, standing, timers);
    this.drain = new Drain(around, timers);
    this.end = new EngineEnd(work, around, standing, timers, log);
    this.hang = new EngineHang(work, around, standing, end, timers);
    this.failures = new EngineFailures(around);
    this.tasks = new InstanceTasks(around, standing, timers);
    LeaseTimes times = around.settings().lease();
    this.grace = new Grace(standing.shown().lease(), timers, times.grace());
    this.rest = new WorkerRest(standing, work, timers, times.clear());
    this.lease = new InstanceLease(work, around, standing, tasks, grace, rest, timers, log);
    this.trouble = new TroubleWatch(work, around, standing, timers);
    this.shares = new InstanceShares(work, around, standing, tasks, grace, timers, log);
  }

  /**
   * An instance that waits for {@link Begin}.
   *
   * @param kept what is assigned, and what a former JVM has counted of it
   */
  public static Behavior<Command> create(
      Surroundings around,
      InstanceFolder.Kept kept,
      EngineRuntime runtime,
      long firstSequence,
      ActorRef<? super InstanceNotice> owner) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ModelInstance(
                        context,
                        timers,
                        around,
                        runtime,
                        new Standing(around, kept, runtime.serving(), firstSequence, owner))));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Begin.class, this::onBegin)
        .onMessage(Adopted.class, this::onAdopted)
        .onMessage(YourTurn.class, message -> after(start::turn))
        .onMessage(Started.class, this::onStarted)
        .onMessage(Proven.class, this::onProven)
        .onMessage(Watch.class, look -> after(() -> watch.look(look.run()).ifPresent(this::hang)))
        .onMessage(Watched.class, seen -> after(() -> watch.looked(seen).ifPresent(this::hang)))
        .onMessage(EngineEnded.class, this::onEngineEnded)
        .onMessage(Killed.class, killed -> after(() -> hang.killed(killed)))
        .onMessage(KillAgain.class, again -> after(() -> hang.kill(again.run())))
        .onMessage(LookAtTasks.class, message -> after(tasks::look))
        .onMessage(LookAtStart.class, message -> after(progress::look))
        .onMessage(SeenOfStart.class, seen -> after(() -> progress.seen(seen)))
        .onMessage(LookForTrouble.class, message -> after(trouble::look))
        .onMessage(SeenOfTrouble.class, seen -> after(() -> trouble.seen(seen)))
        .onMessage(Hold.class, hold -> after(() -> onHold(hold)))
        .onMessage(Release.class, release -> after(() -> onRelease(release)))
        .onMessage(OfLease.class, heard -> after(() -> lease.heard(heard.news())))
        .onMessage(OfShares.class, heard -> after(() -> shares.heard(heard.news())))
        .onMessage(GraceOver.class, up -> after(() -> grace.over(up.lease())))
        .onMessage(PauseOver.class, message -> onPauseOver())
        .onMessage(Stop.class, this::onStop)
        .onMessage(Drained.class, message -> onDrained())
        .onMessage(Ended.class, ended -> after(() -> end.ended(ended)))
        .onMessage(EndAgain.class, again -> after(() -> end.again(again.engine())))
        .onMessage(Gone.class, this::onGone)
        .onSignal(PostStop.class, ended -> after(tasks::close))
        .onSignal(PreRestart.class, failed -> after(tasks::close))
        .build();
  }

  private Behavior<Command> after(Runnable act) {
    act.run();
    return this;
  }

  private Behavior<Command> onBegin(Begin begin) {
    if (begin.adopt()) {
      start.adopt();
    } else {
      start.again();
      bringUp(Trigger.RESERVED);
    }
    return this;
  }

  private Behavior<Command> onAdopted(Adopted adopted) {
    start.adopted();
    adopted.problem().ifPresent(why -> log.warn("not adopted instance={}", standing.id(), why));
    adopted.found().ifPresent(this::runs);
    if (standing.phase() == Phase.DRAINING) {
      return endEngine();
    }
    if (adopted.found().isEmpty() || !runtime.startable()) {
      bringUp(Trigger.RESERVED);
      return this;
    }
    log.info("adopted {}", standing.engine());
    standing.move(Trigger.ADOPTED, Optional.empty());
    start.prove();
    return this;
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

  private Behavior<Command> onStarted(Started started) {
    start.started();
    if (started.start() instanceof Start.Up up) {
      runs(up.running());
    }
    if (standing.phase() == Phase.DRAINING) {
      return endEngine();
    }
    if (started.start() instanceof Start.Not not) {
      End how = not.hopeless() ? End.NOT_STARTABLE : End.EXITED;
      return failed(how, not.refused().message());
    }
    log.info("engine started {}", standing.engine());
    hang.forget();
    standing.move(Trigger.SPAWNED, standing.state().reason());
    start.prove();
    return this;
  }

  private Behavior<Command> onProven(Proven proven) {
    if (proven.run() != start.run() || standing.phase() != Phase.WARMING) {
      return this;
    }
    if (proven.missing().isPresent()) {
      hang(proven.missing().get());
      return this;
    }
    if (!rest.mayServe(proven)) {
      return this;
    }
    standing.pulse().set(failures.ready());
    standing.running().flatMap(Running::serving).ifPresent(standing::serves);
    standing.gate().open();
    tasks.begin();
    standing.move(Trigger.PROVEN, Optional.empty());
    start.proven();
    log.info("ready instance={}", standing.id());
    watch.begin(start.run());
    return this;
  }

  private void hang(String what) {
    watch.end();
    tasks.end();
    hang.begin(start.run(), what);
  }

  private Behavior<Command> onEngineEnded(EngineEnded ended) {
    if (ended.run() != start.run() || standing.running().isEmpty()) {
      return this;
    }
    standing.running().ifPresent(trouble::ended);
    standing.runsNothing();
    watch.end();
    tasks.end();
    standing.gate().close();
    if (standing.phase() == Phase.DRAINING) {
      // What was in flight has failed with the engine; nothing is left to wait for.
      return endEngine();
    }
    if (!runtime.startable()) {
      // It has failed already, or is about to; what is left of it waits to be told to stop.
      standing.say(standing.state().reason());
      return this;
    }
    return failed(ended.ending().end(), hang.after(ended.ending().words()));
  }

  private Behavior<Command> failed(End how, String words) {
    start.over();
    trouble.ended(words);
    Decision next = failures.decide(how);
    if (next instanceof Decision.Again again) {
      log.warn("engine ended instance={} then={} reason={}", standing.id(), again, logged(words));
      standing.move(Trigger.ENGINE_ENDED, Optional.of(words));
      timers.startSingleTimer("pause", new PauseOver(), again.pause());
      return this;
    }
    String why = ((Decision.GiveUp) next).sentence() + ": " + words;
    log.error("given up instance={} reason={}", standing.id(), logged(why));
    standing.failed(how.kind());
    standing.move(Trigger.HOPELESS, Optional.of(why));
    return this;
  }

  /** All of an engine's output is in its own file. */
  private static String logged(String words) {
    return LastWords.within(words, LastWords.JOURNALED_BYTES);
  }

  private Behavior<Command> onPauseOver() {
    if (standing.phase() == Phase.BACKOFF) {
      start.again();
      standing.restarted();
      bringUp(Trigger.PAUSE_OVER);
    }
    return this;
  }

  private void onHold(Hold hold) {
    if (hold.slots() > 0) {
      shares.hold(hold);
    } else {
      lease.hold(hold);
    }
  }

  private void onRelease(Release release) {
    if (shares.has(release.grant().lease())) {
      shares.release(release);
    } else {
      lease.release(shares.keptBefore(release));
    }
  }

  private Behavior<Command> onStop(Stop stop) {
    if (standing.phase() == Phase.DRAINING) {
      drain.shorten(stop.drain());
    } else {
      lease.stop();
      shares.stop();
      CompletionStage<Void> tasksOver = tasks.end();
      standing.move(Trigger.STOPPED, Optional.empty());
      timers.cancel("pause");
      work.then(
          standing.gate().close().thenCombine(tasksOver, (idle, none) -> idle),
          (done, why) -> new Drained());
      drain.begin(stop.drain());
    }
    return this;
  }

  private Behavior<Command> onDrained() {
    drain.over();
    tasks.close();
    return endEngine();
  }

  /** Ends what runs; what is still being brought up is ended when it is up. */
  private Behavior<Command> endEngine() {
    if (!start.underWay()) {
      end.begin();
    }
    return this;
  }

  private Behavior<Command> onGone(Gone gone) {
    gone.failure().ifPresent(why -> log.warn("folder not removed instance={}", standing.id(), why));
    start.over();
    standing.over();
    log.info("ended instance={}", standing.id());
    return Behaviors.stopped();
  }
}
