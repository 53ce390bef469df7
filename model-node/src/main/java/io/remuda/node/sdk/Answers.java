package io.remuda.node.sdk;

/** Where a {@link StreamingModel} puts its answers; used by the thread that was given it. */
public interface Answers<O> {

  /**
   * Sends one answer; waits while the client reads slower than the model makes them.
   *
   * @throws java.util.concurrent.CancellationException when nobody listens any more: let it pass
   */
  void send(O answer);

  /**
   * How far it is, 0 to 100, for who waits for the whole as a task.
   *
   * @see Progress#percent
   */
  default void progress(int percent) {}

  /** Whether nobody listens any more; worth a look between two long steps. */
  boolean isCancelled();
}
