package io.remuda.gateway.typed;

import com.google.protobuf.ByteString;
import io.remuda.protocol.Refused;

/** What became of a client's bytes. */
public sealed interface Decoded {

  /** A message of the schema, in binary form. */
  record Message(ByteString binary) implements Decoded {}

  /**
   * No message of the schema.
   *
   * @param path of the field at fault, such as {@code items[2].name}; empty for the whole
   */
  record Bad(Refused refused, String path) implements Decoded {}
}
