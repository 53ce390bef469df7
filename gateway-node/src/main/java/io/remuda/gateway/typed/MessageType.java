package io.remuda.gateway.typed;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;

/**
 * One message type, between JSON and protobuf's binary form. May be used by many threads at once.
 *
 * <p>JSON that is written has every field without presence of its own, so that an answer of
 * defaults only is seen as the complete answer it is.
 */
public final class MessageType {

  private final Descriptor type;
  private final JsonReader json;
  private final BinaryReader binary;
  private final JsonWriter writer;

  MessageType(
      Descriptor type,
      MessageShapes shapes,
      JsonFormat.TypeRegistry registry,
      TypedSettings limits) {
    this.type = type;
    this.json = new JsonReader(shapes, registry, limits.depth());
    this.binary = new BinaryReader(shapes, limits.depth(), limits.keepUnknownFields());
    this.writer = new JsonWriter(shapes, registry);
  }

  public Descriptor descriptor() {
    return type;
  }

  /** What a client wrote as JSON, in binary form. */
  public byte[] fromJson(byte[] text) throws BadMessage {
    return json.read(text, type).toByteArray();
  }

  /** What a client sent in binary form, once it is seen to be a message of this type. */
  public byte[] checked(byte[] bytes) throws BadMessage {
    binary.read(bytes, type);
    return bytes;
  }

  /** JSON in UTF-8 of a message in binary form; fields unknown to the type are left out. */
  public byte[] toJson(byte[] bytes) throws BadMessage {
    DynamicMessage message = binary.parse(bytes, type);
    try {
      return writer.write(message);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadMessage(
          ErrorCode.INVALID_REQUEST,
          "",
          type.getFullName() + " has no form in JSON here: " + e.getMessage());
    }
  }
}
