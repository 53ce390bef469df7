package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * What an instance does about durable tasks: works them off while it is READY, and says whether it
 * can. Belongs to one actor.
 */
final class InstanceTasks {
  private static final String TIMER = "tasks";

  private final TaskDesk desk;
  private final Executor blocking;
  private final InstanceSettings settings;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private Optional<TaskDesk.Duty> duty = Optional.empty();
  private Optional<TaskDesk.Duty> leaving = Optional.empty();

  InstanceTasks(
      Surroundings around, Standing standing, TimerScheduler<ModelInstance.Command> timers) {
    this.desk = around.tasks();
    this.blocking = around.blocking();
    this.settings = around.settings();
    this.standing = standing;
    this.timers = timers;
  }

  /**
   * It is about to be READY, or a lease has ended; shown with the next step. Nothing while leases
   * have all of it: what it took from the queues would wait for them and not for the next instance.
   */
  void begin() {
    HostedInstance shown = standing.shown();
    if (duty.isPresent() || shown.lease().leavesNothing(shown.gate())) {
      return;
    }
    duty = standing.running().flatMap(EngineRuntime.Running::duty).or(() -> desk.begin(shown));
    standing.tasks(duty.map(TaskDesk.Duty::facet));
    if (duty.isPresent()) {
      timers.startTimerWithFixedDelay(
          TIMER, new ModelInstance.LookAtTasks(), settings.taskInterval());
    }
  }

  /** Says so when tasks have stopped or begun to come. */
  void look() {
    Optional<TaskFacet> now = duty.map(TaskDesk.Duty::facet);
    if (duty.isPresent() && !now.equals(standing.state().tasks())) {
      standing.tasks(now);
      standing.say(standing.state().reason());
    }
  }

  /**
   * Takes nothing more; shown with the next step.
   *
   * @return completed when what was under way is finished, or has failed and gone back
   */
  CompletionStage<Void> end() {
    timers.cancel(TIMER);
    Optional<TaskDesk.Duty> ending = duty;
    duty = Optional.empty();
    if (ending.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    standing.tasks(Optional.of(TaskFacet.NOT_READY));
    leaving = ending;
    return ending
        .get()
        .drain()
        .whenCompleteAsync((done, failure) -> ending.get().close(), blocking);
  }

  /** Waits for nothing any more: what is not acknowledged goes back to its queue. */
  void close() {
    end();
    leaving.ifPresent(late -> blocking.execute(late::close));
    leaving = Optional.empty();
  }
}
