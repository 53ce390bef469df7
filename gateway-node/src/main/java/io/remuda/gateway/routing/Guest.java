package io.remuda.gateway.routing;

import java.util.concurrent.Executor;

/**
 * Who waits in the {@link WaitingRoom}.
 *
 * @param model an alias of one who waits until that leads to a model
 * @param arrived of {@link System#nanoTime()}; of one tenant whoever arrived first is called first
 * @param loop where {@code called} runs
 */
public record Guest(String model, long arrived, Rank rank, Executor loop, Runnable called) {

  /** One like most others. */
  public Guest(String model, long arrived, Executor loop, Runnable called) {
    this(model, arrived, Rank.USUAL, loop, called);
  }
}
