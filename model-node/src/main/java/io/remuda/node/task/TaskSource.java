package io.remuda.node.task;

import io.remuda.protocol.id.ModelName;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Where accepted tasks wait for an instance: the taking side. */
public interface TaskSource extends AutoCloseable {

  /**
   * Hands the model's tasks to {@code work} until the consumption is closed, through every loss of
   * the queue's server. A task is delivered again until it has the verdict ACK or DEAD, so each is
   * handed over at least once. A stage that fails counts as RETRY.
   *
   * @param fingerprint of the model's schema; empty for models without one
   * @param window tasks that may be handed over and have no verdict yet
   * @param work may be called by any thread, {@code window} times at once; must not block
   */
  Consumption consume(
      ModelName model,
      String fingerprint,
      int window,
      Function<Delivery, CompletionStage<Verdict>> work);

  @Override
  void close();
}
