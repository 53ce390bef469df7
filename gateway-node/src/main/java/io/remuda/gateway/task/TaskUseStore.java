package io.remuda.gateway.task;

import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What tasks used that have ended, kept where the results are until the registry has it. Whoever
 * ended a task noted it in the same step, so that each end is there once. Every stage ends within
 * the store's time-out; one that fails does so with a {@link TaskRefusal}.
 */
public interface TaskUseStore extends AutoCloseable {

  /**
   * What one task used.
   *
   * @param ended by the store's clock
   */
  record Use(TaskUse use, Instant ended) {}

  /**
   * Some of it under one number, which is handed in as it is by whichever gateway has it.
   *
   * @param lane of this store alone. It has one part at a time, and there are {@link
   *     TaskNames#MOST_LANES} of them at most, however many parts and gateways there are
   * @param number rises with each part of the lane
   */
  record Part(String lane, long number, List<Use> uses) {
    public Part {
      uses = List.copyOf(uses);
    }
  }

  /**
   * Takes a part: one that was taken before and whose lease is over, else a new one of what is in
   * none; empty where there is neither, or where each lane has a part that others are handing in.
   *
   * @param lease for which nobody else is given it
   * @param most uses of a new part
   */
  CompletionStage<Optional<Part>> take(Duration lease, int most);

  /** The registry has it: it is forgotten, and its lane has none. Said again it changes nothing. */
  CompletionStage<Void> done(Part part);

  @Override
  void close();
}
