package io.remuda.node.duty;

import io.remuda.node.instance.Admission;
import io.remuda.node.instance.Gate;
import io.remuda.node.task.TaskSlots;
import io.remuda.node.task.TypedModel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An instance's gate as a worker sees it: one permit for each task, waited for and not refused. */
record GateSlots(Gate gate) implements TaskSlots {

  @Override
  public CompletionStage<Slot> take() {
    CompletableFuture<Slot> slot = new CompletableFuture<>();
    gate.await(
        admission -> {
          if (admission instanceof Admission.Granted granted) {
            slot.complete(granted.permit()::release);
          } else {
            slot.completeExceptionally(new TypedModel.Failed("the instance takes no work now"));
          }
        });
    return slot;
  }
}
