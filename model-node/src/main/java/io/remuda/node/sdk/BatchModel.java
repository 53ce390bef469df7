package io.remuda.node.sdk;

import com.google.protobuf.Message;
import java.util.List;

/**
 * A model that is quicker with many messages at once. Calls that arrive within {@link
 * ModelCard#batchWindowMillis} of each other are put together, at most {@link ModelCard#batchSize}.
 */
public non-sealed interface BatchModel<I extends Message, O extends Message> extends Servable {

  /**
   * The answers to these messages, as many and in the same order. When it fails on a batch, each
   * message is tried again alone, so that one bad message spoils no other.
   */
  List<O> predict(List<I> inputs) throws Exception;
}
