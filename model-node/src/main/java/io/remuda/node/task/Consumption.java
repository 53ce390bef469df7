package io.remuda.node.task;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Tasks of one model flowing to one worker, with all reconnects in between. */
public interface Consumption extends AutoCloseable {

  /** Empty while tasks can be taken; else the reason why none can be taken now. */
  Optional<String> health();

  /** Tasks that were handed over and have no verdict yet. */
  int inFlight();

  /**
   * Takes nothing more. What is under way still gets its verdict; what was not begun goes back.
   *
   * @return completed when nothing is under way any more
   */
  CompletionStage<Void> drain();

  /** Ends at once; what has no verdict yet is delivered again, here or elsewhere. */
  @Override
  void close();
}
