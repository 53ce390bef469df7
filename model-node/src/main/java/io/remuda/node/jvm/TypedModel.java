package io.remuda.node.jvm;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;

/** A model with one method: a protobuf message in, a protobuf message out. */
public non-sealed interface TypedModel extends JvmModel {

  /** An empty message of the type that goes in; requests are parsed into it. */
  Message input();

  Descriptor output();

  /**
   * The answer to one message.
   *
   * @throws IllegalArgumentException for a message that makes no sense, with a sentence for the
   *     client
   */
  Message answer(Message input);

  /** What a registry compares and a client generates code from. */
  default Schema schema() {
    return SchemaCodec.of(input().getDescriptorForType(), output());
  }
}
