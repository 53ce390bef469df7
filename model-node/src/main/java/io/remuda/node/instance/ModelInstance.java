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
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
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

  record PauseOver() implements Command {}

  record Drained() implements Command {}

  record Killed(int run, Optional<Throwable> failure) implements Command {}

  record KillAgain(int run) implements Command {}

  private final Logger log;
  private final Work work;
  private final Standing standing;
  private final EngineCourse course;
  private final Drain drain;
  private final InstanceTasks tasks;
  private final Grace grace;
  private final InstanceLease lease;
  private final InstanceShares shares;

  private ModelInstance(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Surroundings around,
      EngineRuntime runtime,
      Standing standing) {
    super(context);
    this.standing = standing;
    this.log = context.getLog();
    this.work = new Work(context, around.blocking());
    this.drain = new Drain(around, timers);
    this.tasks = new InstanceTasks(around, standing, timers);
    LeaseTimes times = around.settings().lease();
    this.grace = new Grace(standing.shown().lease(), timers, times.grace());
    WorkerRest rest = new WorkerRest(standing, work, timers, times.clear());
    this.course = new EngineCourse(work, around, runtime, standing, tasks, rest, timers, log);
    this.lease = new InstanceLease(work, around, standing, tasks, grace, rest, timers, log);
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
        .onMessage(Begin.class, begin -> after(() -> course.begin(begin)))
        .onMessage(Adopted.class, adopted -> after(() -> course.adopted(adopted)))
        .onMessage(YourTurn.class, message -> after(course::turn))
        .onMessage(Started.class, started -> after(() -> course.started(started)))
        .onMessage(Proven.class, proven -> after(() -> course.proven(proven)))
        .onMessage(Watch.class, look -> after(() -> course.look(look)))
        .onMessage(Watched.class, seen -> after(() -> course.looked(seen)))
        .onMessage(EngineEnded.class, ended -> after(() -> course.ended(ended)))
        .onMessage(Killed.class, killed -> after(() -> course.killed(killed)))
        .onMessage(KillAgain.class, again -> after(() -> course.kill(again)))
        .onMessage(LookAtStart.class, message -> after(course::lookAtStart))
        .onMessage(SeenOfStart.class, seen -> after(() -> course.seenOfStart(seen)))
        .onMessage(LookForTrouble.class, message -> after(course::lookForTrouble))
        .onMessage(SeenOfTrouble.class, seen -> after(() -> course.seenOfTrouble(seen)))
        .onMessage(PauseOver.class, message -> after(course::pauseOver))
        .onMessage(LookAtTasks.class, message -> after(tasks::look))
        .onMessage(Hold.class, hold -> after(() -> onHold(hold)))
        .onMessage(Release.class, release -> after(() -> onRelease(release)))
        .onMessage(OfLease.class, heard -> after(() -> lease.heard(heard.news())))
        .onMessage(OfShares.class, heard -> after(() -> shares.heard(heard.news())))
        .onMessage(GraceOver.class, up -> after(() -> grace.over(up.lease())))
        .onMessage(Stop.class, stop -> after(() -> onStop(stop)))
        .onMessage(Drained.class, message -> after(this::onDrained))
        .onMessage(Ended.class, ended -> after(() -> course.ended(ended)))
        .onMessage(EndAgain.class, again -> after(() -> course.endAgain(again)))
        .onMessage(Gone.class, this::onGone)
        .onSignal(PostStop.class, ended -> after(tasks::close))
        .onSignal(PreRestart.class, failed -> after(tasks::close))
        .build();
  }

  private Behavior<Command> after(Runnable act) {
    act.run();
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

  private void onStop(Stop stop) {
    if (standing.phase() == Phase.DRAINING) {
      drain.shorten(stop.drain());
      return;
    }
    lease.stop();
    shares.stop();
    CompletionStage<Void> tasksOver = tasks.end();
    standing.move(Trigger.STOPPED, Optional.empty());
    course.stop();
    work.then(
        standing.gate().close().thenCombine(tasksOver, (idle, none) -> idle),
        (done, why) -> new Drained());
    drain.begin(stop.drain());
  }

  private void onDrained() {
    drain.over();
    tasks.close();
    course.end();
  }

  private Behavior<Command> onGone(Gone gone) {
    gone.failure().ifPresent(why -> log.warn("folder not removed instance={}", standing.id(), why));
    course.over();
    standing.over();
    log.info("ended instance={}", standing.id());
    return Behaviors.stopped();
  }
}
