package io.remuda.node.sdk;

import com.google.protobuf.Message;

/** A model that answers one message with many, sent while they are made. */
public non-sealed interface StreamingModel<I extends Message, O extends Message> extends Servable {

  /**
   * Sends the answers to one message and returns when there are no more. The time-out counts from
   * answer to answer. A failure before the first answer is an error as for {@link Model#predict};
   * after it the stream is cut.
   */
  void predict(I input, Answers<O> answers) throws Exception;
}
