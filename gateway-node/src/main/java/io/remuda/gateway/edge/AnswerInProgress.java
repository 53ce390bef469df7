package io.remuda.gateway.edge;

import io.remuda.protocol.bytes.InferenceCall;

/** An answer on its way to a client, steered from the request's loop. */
public interface AnswerInProgress extends InferenceCall {

  /**
   * Puts a comment into a stream that has been silent for long, so that nobody between here and the
   * client takes it for dead; begins the stream if it has not begun. False when this is no stream
   * or it stands in the middle of an event.
   */
  boolean comment();

  /**
   * Called about once a second: a request of which nothing has come yet goes to another instance
   * when its machine has been out of sight for too long, and an answer that has begun ends with an
   * error when nothing more comes from such a machine.
   */
  void look();
}
