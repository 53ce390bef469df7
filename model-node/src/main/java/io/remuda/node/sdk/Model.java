package io.remuda.node.sdk;

import com.google.protobuf.Message;

/**
 * A model with one method: a message in, a message out.
 *
 * <p>{@code I} and {@code O} are classes that protoc generated; name them where the interface is
 * implemented ({@code implements Model<TextRequest, TextReply>}), for there the schema is read.
 */
public non-sealed interface Model<I extends Message, O extends Message> extends Servable {

  /**
   * The answer to one message. Called by up to {@link ModelCard#concurrency} threads at once. A
   * call that takes longer than the time-out is given up and its thread interrupted.
   *
   * @throws BadInput for a message that makes no sense; its sentence reaches the client (400)
   * @throws Exception for anything else; the client gets its first line (500), the log all of it
   */
  O predict(I input) throws Exception;

  /**
   * The same for a model whose calls take long enough that their progress is worth telling: write
   * this one too, and it is called instead. Shown of tasks; a synchronous caller sees none of it.
   */
  default O predict(I input, Progress progress) throws Exception {
    return predict(input);
  }
}
