package io.remuda.node.instance;

import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where an instance that is ready gets durable tasks from. */
public interface TaskDesk {

  /** An instance at work on its model's tasks, from one READY to its end. */
  interface Duty {

    /** Whether tasks are taken now; of any thread, quick. */
    TaskFacet facet();

    /**
     * Takes nothing more; what is under way is finished and stored.
     *
     * @return completed when nothing is under way any more, in whichever way
     */
    CompletionStage<Void> drain();

    /** Ends at once; what is not acknowledged goes back to its queue. May block for a moment. */
    void close();
  }

  /**
   * Begins to work off the tasks of {@code instance}, whose gate is open. Empty for models that
   * have none.
   */
  Optional<Duty> begin(HostedInstance instance);

  /** Of a machine that is told of no tasks. */
  static TaskDesk none() {
    return instance -> Optional.empty();
  }

  /** Of a machine that could have tasks and has none, for a reason that tells what to do. */
  static TaskDesk closed(String reason) {
    Duty idle =
        new Duty() {
          @Override
          public TaskFacet facet() {
            return TaskFacet.off(reason);
          }

          @Override
          public CompletionStage<Void> drain() {
            return CompletableFuture.completedFuture(null);
          }

          @Override
          public void close() {}
        };
    return instance -> instance.schema().map(typed -> idle);
  }
}
