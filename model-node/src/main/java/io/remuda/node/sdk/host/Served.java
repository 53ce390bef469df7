package io.remuda.node.sdk.host;

import com.google.protobuf.Message;
import io.remuda.node.sdk.BatchModel;
import io.remuda.node.sdk.Model;
import io.remuda.node.sdk.Servable;
import io.remuda.node.sdk.StreamingModel;
import java.util.Optional;

/**
 * A constructed model behind its limits.
 *
 * @param streams present exactly for a streaming model, whose {@code calls} then refuse
 */
record Served(
    String name,
    Description description,
    Message input,
    Limits limits,
    Calls calls,
    Optional<Streams> streams) {

  /** {@code model}, constructed as {@code servable}. */
  static Served of(
      String name, LoadedModel model, Servable servable, Limits limits, Workers workers) {
    Calls.Answer right = new Calls.Answer(model.output(), limits.maxOutputBytes());
    Calls calls =
        (input, call) -> {
          throw new CallFailed(406, "this model streams its answers");
        };
    Optional<Streams> streams = Optional.empty();
    if (servable instanceof StreamingModel<?, ?> streaming) {
      streams = Optional.of(new Streams(typed(streaming), workers, right, limits));
    } else if (servable instanceof BatchModel<?, ?> batches) {
      calls = new Batches(typed(batches), workers, right, limits);
    } else if (servable instanceof Model<?, ?> unary) {
      calls = Calls.alone(typed(unary), workers, right, limits);
    }
    return new Served(name, new Description(model, limits), model.input(), limits, calls, streams);
  }

  // What goes in is always made from the model's own input type; what comes out is checked.

  @SuppressWarnings("unchecked")
  private static Model<Message, Message> typed(Model<?, ?> model) {
    return (Model<Message, Message>) model;
  }

  @SuppressWarnings("unchecked")
  private static StreamingModel<Message, Message> typed(StreamingModel<?, ?> model) {
    return (StreamingModel<Message, Message>) model;
  }

  @SuppressWarnings("unchecked")
  private static BatchModel<Message, Message> typed(BatchModel<?, ?> model) {
    return (BatchModel<Message, Message>) model;
  }
}
