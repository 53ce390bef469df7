package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.util.List;

/**
 * Writes messages by protobuf's JSON mapping, with every field that has no presence of its own, as
 * the library's printer does; but straight to UTF-8, and without a writer for each text.
 *
 * <p>Types with a JSON form of their own (Timestamp, Struct, Any, ...) are left to that printer.
 */
final class JsonWriter {

  private static final int FIRST_BYTES = 1_024;

  private final MessageShapes shapes;
  private final JsonFormat.Printer special;

  /** The depth was limited when the message was read. */
  private final JsonFactory factory =
      JsonFactory.builder()
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(Integer.MAX_VALUE).build())
          .build();

  JsonWriter(MessageShapes shapes, JsonFormat.TypeRegistry registry) {
    this.shapes = shapes;
    this.special =
        JsonFormat.printer()
            .usingTypeRegistry(registry)
            .alwaysPrintFieldsWithNoPresence()
            .omittingInsignificantWhitespace();
  }

  /** In UTF-8; throws IOException when an Any holds a type that is not known. */
  byte[] write(Message message) throws IOException {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(FIRST_BYTES)) {
      try (JsonGenerator json = factory.createGenerator(bytes, JsonEncoding.UTF8)) {
        message(json, message);
      }
      return bytes.toByteArray();
    }
  }

  private void message(JsonGenerator json, Message message) throws IOException {
    MessageShape shape = shapes.of(message.getDescriptorForType());
    switch (shape.form()) {
      case PLAIN -> plain(json, shape, message);
      case WRAPPER -> {
        FieldDescriptor value = shape.type().getFields().get(0);
        single(json, value, message.getField(value));
      }
      case SPECIAL -> json.writeRawValue(special.print(message));
    }
  }

  private void plain(JsonGenerator json, MessageShape shape, Message message) throws IOException {
    json.writeStartObject();
    for (MessageShape.Written each : shape.written()) {
      FieldDescriptor field = each.field();
      if (field.hasPresence() && !message.hasField(field)) {
        continue;
      }
      json.writeFieldName(each.name());
      Object value = message.getField(field);
      if (field.isMapField()) {
        map(json, field.getMessageType(), (List<?>) value);
      } else if (field.isRepeated()) {
        json.writeStartArray();
        for (Object element : (List<?>) value) {
          single(json, field, element);
        }
        json.writeEndArray();
      } else {
        single(json, field, value);
      }
    }
    json.writeEndObject();
  }

  private void map(JsonGenerator json, Descriptor entry, List<?> entries) throws IOException {
    FieldDescriptor key = entry.findFieldByNumber(1);
    FieldDescriptor value = entry.findFieldByNumber(2);
    json.writeStartObject();
    for (Object each : entries) {
      Message pair = (Message) each;
      json.writeFieldName(key(key, pair.getField(key)));
      single(json, value, pair.getField(value));
    }
    json.writeEndObject();
  }

  private static String key(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      default -> value.toString();
    };
  }

  private void single(JsonGenerator json, FieldDescriptor field, Object value) throws IOException {
    switch (field.getType()) {
      case INT32, SINT32, SFIXED32 -> json.writeNumber((Integer) value);
      case UINT32, FIXED32 -> json.writeNumber(Integer.toUnsignedLong((Integer) value));
      case INT64, SINT64, SFIXED64 -> json.writeString(value.toString());
      case UINT64, FIXED64 -> json.writeString(Long.toUnsignedString((Long) value));
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case BOOL -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTES -> json.writeBinary(((ByteString) value).toByteArray());
      case ENUM -> enumeration(json, (EnumValueDescriptor) value);
      case GROUP, MESSAGE -> message(json, (Message) value);
    }
  }

  private static void enumeration(JsonGenerator json, EnumValueDescriptor value)
      throws IOException {
    if (MessageShape.isNull(value.getType())) {
      json.writeNull();
    } else if (value.getIndex() < 0) {
      // A number that the type does not have.
      json.writeNumber(value.getNumber());
    } else {
      json.writeString(value.getName());
    }
  }
}
