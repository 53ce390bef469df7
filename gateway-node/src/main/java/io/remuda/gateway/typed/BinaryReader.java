package io.remuda.gateway.typed;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Reads protobuf's binary form, to a limited depth, and checks what the form itself does not: that
 * required fields are there and that there are no others than the type has.
 *
 * <p>A required field of proto3 that has no presence of its own (a plain number, say) cannot be
 * told from one that is not there, and is not asked for here.
 */
final class BinaryReader {

  private final MessageShapes shapes;
  private final int depth;
  private final boolean keepUnknown;

  BinaryReader(MessageShapes shapes, int depth, boolean keepUnknown) {
    this.shapes = shapes;
    this.depth = depth;
    this.keepUnknown = keepUnknown;
  }

  /** The message, without a look at what a client must send. */
  DynamicMessage parse(byte[] bytes, Descriptor type) throws BadMessage {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.setRecursionLimit(depth);
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
      builder.mergeFrom(in);
      in.checkLastTagWas(0);
      return builder.buildPartial();
    } catch (InvalidProtocolBufferException e) {
      throw broken(type, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw broken(type, "it ends too early");
    }
  }

  /** The message of a client, with everything it must have and nothing that it cannot have. */
  DynamicMessage read(byte[] bytes, Descriptor type) throws BadMessage {
    DynamicMessage message = parse(bytes, type);
    check(message, new FieldPath());
    return message;
  }

  private BadMessage broken(Descriptor type, String why) {
    return new BadMessage(
        ErrorCode.INVALID_REQUEST,
        "",
        why.contains("too many levels")
            ? "the body is nested deeper than " + depth + " levels; send a simpler one"
            : "the body is no " + type.getFullName() + " in protobuf's binary form: " + why);
  }

  private void check(Message message, FieldPath path) throws BadMessage {
    MessageShape shape = shapes.of(message.getDescriptorForType());
    if (!keepUnknown && !message.getUnknownFields().asMap().isEmpty()) {
      throw BadMessage.at(
          path,
          "has the field number "
              + message.getUnknownFields().asMap().keySet().iterator().next()
              + ", or a value of another type under it, which "
              + shape.type().getFullName()
              + " does not have; use its descriptors (GET /v1/models/{model}/descriptors)");
    }
    for (FieldDescriptor needed : shape.required()) {
      boolean there =
          needed.isRepeated()
              ? message.getRepeatedFieldCount(needed) > 0
              : !needed.hasPresence() || message.hasField(needed);
      if (!there) {
        path.field(needed.getJsonName());
        throw BadMessage.at(path, "is missing; " + shape.type().getFullName() + " needs it");
      }
    }
    for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
      FieldDescriptor field = set.getKey();
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      path.field(field.getJsonName());
      if (set.getValue() instanceof List<?> several) {
        for (int i = 0; i < several.size(); i++) {
          path.index(i);
          check((Message) several.get(i), path);
          path.leave();
        }
      } else {
        check((Message) set.getValue(), path);
      }
      path.leave();
    }
  }
}
