package io.remuda.gateway.task;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Where accepted tasks wait for an instance: the submitting side. Every call ends within {@code
 * remuda.tasks.timeout}; one that fails does so with a {@link TaskRefusal}.
 */
public interface TaskQueue extends AutoCloseable {

  /**
   * Completes empty only when the queue has the task for good: a crash of anything does not lose
   * it. Completes with the reason only when the task is not in the queue and will not come into it.
   * Fails where neither is known, such as when no confirm came in time: the task may be in the
   * queue, and run. Publishing it again under the same id does no harm.
   */
  CompletionStage<Optional<Refused>> publish(TaskEnvelope task);

  /**
   * Tasks of this model and schema that wait and that no instance has taken yet.
   *
   * @return empty when there is no such queue, since no instance ever took tasks from it
   */
  CompletionStage<OptionalLong> depth(ModelName model, String fingerprint);

  /** How many tasks were given up and neither retried nor dropped. */
  CompletionStage<Long> deadCount();

  /**
   * Tasks that were given up, the oldest first; at most {@code limit}, and fewer when reading them
   * takes long. They stay until somebody retries or drops them, or they are forgotten: the oldest
   * go beyond {@link TaskNames#DEAD_MOST} of them and after {@link TaskNames#DEAD_MILLIS}.
   */
  CompletionStage<List<DeadTask>> dead(int limit);

  /**
   * Shows {@code burial} tasks whose giving up nobody has seen to yet, the oldest first, each again
   * until its stage has succeeded; where several gateways bury, or one dies meanwhile, also after
   * that. They stay in {@link #dead}. Fails when a burial has failed.
   *
   * @return whether there are probably more
   */
  CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial);

  /**
   * Puts a task that was given up back into its model's queue; false when there is none of this id.
   *
   * @param revival makes of what was given up what is to run; the task stays given up when it fails
   */
  CompletionStage<Boolean> retryDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival);

  /**
   * Forgets a task that was given up; false when there is none of this id. Where its queue gave it
   * up twice, a second letter may stay, which is listed, and retried or dropped as the first.
   *
   * @param burial writes down its end, of which nobody may be told else; the task stays given up
   *     when it fails
   */
  CompletionStage<Boolean> dropDead(TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial);

  /** Empty while the queue can be reached; else the reason why it cannot, as a sentence. */
  Optional<String> health();

  @Override
  void close();
}
