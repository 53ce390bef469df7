package io.remuda.node.instance;

import io.remuda.node.instance.RestartPolicy.Decision;
import io.remuda.node.instance.RestartPolicy.End;
import java.time.Duration;

/** Counts how often an instance's engine failed in a row, and so when it is started again. */
final class EngineFailures {
  private final Surroundings around;
  private int inARow;
  private long readySince;
  private boolean wasReady;

  EngineFailures(Surroundings around) {
    this.around = around;
  }

  /** The engine is ready; returns the moment in nanoTime. */
  long ready() {
    readySince = around.nanoTime().get();
    wasReady = true;
    return readySince;
  }

  /** The engine has ended, or did not come up. */
  Decision decide(End how) {
    Duration readyFor =
        wasReady
            ? Duration.ofNanos(Math.max(1, around.nanoTime().get() - readySince))
            : Duration.ZERO;
    wasReady = false;
    Decision next = around.settings().restart().decide(how, inARow, readyFor, around.random());
    if (next instanceof Decision.Again again) {
      inARow = again.failures();
    }
    return next;
  }
}
