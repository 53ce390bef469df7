package io.remuda.node.task;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Room to run one more task at the instance; what waits for it is not begun. */
public interface TaskSlots {

  /** Room that is held until it is given back, which may be said more than once. */
  interface Slot {
    void release();
  }

  /** Completes when there is room; fails when there will be none, and the task goes back. */
  CompletionStage<Slot> take();

  /** Room without end, for models that limit themselves. */
  static TaskSlots unlimited() {
    return () -> CompletableFuture.completedStage(() -> {});
  }
}
