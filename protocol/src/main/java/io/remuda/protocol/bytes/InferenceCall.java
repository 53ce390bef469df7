package io.remuda.protocol.bytes;

/** A call in progress, steered from the executor that its request named. */
public interface InferenceCall {

  /** The client has gone: end the engine's work and free its slot. Does nothing after the end. */
  void cancel();

  /**
   * Call the sink no more until {@link #resume()}: the client reads slower than the engine writes.
   */
  void pause();

  void resume();
}
