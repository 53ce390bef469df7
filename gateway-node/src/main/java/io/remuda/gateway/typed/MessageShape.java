package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What readers and describers look up of one message type, made once for each.
 *
 * <p>A field is required when it is so by proto2, or when it carries {@code
 * (google.api.field_behavior) = REQUIRED}, the one convention that proto3 has for it.
 */
final class MessageShape {

  /** How a type is written in JSON. */
  enum Form {
    /** As an object of its fields. */
    PLAIN,
    /** As the bare value of its one field: Int32Value and its like. */
    WRAPPER,
    /** In a way of its own: Timestamp, Duration, FieldMask, Struct, Value, ListValue, Any. */
    SPECIAL
  }

  /**
   * A field as it is written.
   *
   * @param name in JSON, its quoted form made once
   */
  record Written(FieldDescriptor field, SerializableString name) {}

  private static final Set<String> WRAPPERS =
      Set.of(
          "DoubleValue",
          "FloatValue",
          "Int64Value",
          "UInt64Value",
          "Int32Value",
          "UInt32Value",
          "BoolValue",
          "StringValue",
          "BytesValue");
  private static final Set<String> SPECIALS =
      Set.of("Timestamp", "Duration", "FieldMask", "Struct", "Value", "ListValue", "Any");

  /** Number of the option google.api.field_behavior, and of its value REQUIRED. */
  private static final int FIELD_BEHAVIOR = 1052;

  private static final long BEHAVIOR_REQUIRED = 2;

  private final Descriptor type;
  private final Form form;
  private final Map<String, FieldDescriptor> fields = new HashMap<>();
  private final List<FieldDescriptor> required;
  private final List<Written> written;

  MessageShape(Descriptor type) {
    this.type = type;
    this.form = formOf(type);
    for (FieldDescriptor field : type.getFields()) {
      fields.put(field.getName(), field);
    }
    for (FieldDescriptor field : type.getFields()) {
      fields.put(field.getJsonName(), field);
    }
    this.required = type.getFields().stream().filter(MessageShape::isRequired).toList();
    this.written =
        type.getFields().stream()
            .sorted(Comparator.comparing(FieldDescriptor::getNumber))
            .map(field -> new Written(field, new SerializedString(field.getJsonName())))
            .toList();
  }

  Descriptor type() {
    return type;
  }

  Form form() {
    return form;
  }

  /** The field of a name in JSON, which may be the declared one or its camel-case form. */
  @Nullable FieldDescriptor field(String name) {
    return fields.get(name);
  }

  List<FieldDescriptor> required() {
    return required;
  }

  /** All fields by their numbers. */
  List<Written> written() {
    return written;
  }

  /** The names that a client may use, for a sentence. */
  String names() {
    return type.getFields().isEmpty()
        ? "it has no fields"
        : "it has "
            + type.getFields().stream()
                .limit(12)
                .map(FieldDescriptor::getJsonName)
                .collect(Collectors.joining(", "))
            + (type.getFields().size() > 12 ? ", ..." : "");
  }

  private static Form formOf(Descriptor type) {
    if (!type.getFile().getPackage().equals("google.protobuf")) {
      return Form.PLAIN;
    }
    return WRAPPERS.contains(type.getName())
        ? Form.WRAPPER
        : SPECIALS.contains(type.getName()) ? Form.SPECIAL : Form.PLAIN;
  }

  /** Whether JSON's null is a value of this field, where it is absence for all others. */
  static boolean takesNull(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName().equals("google.protobuf.Value");
      case ENUM -> isNull(field.getEnumType());
      default -> false;
    };
  }

  static boolean isNull(EnumDescriptor type) {
    return type.getFullName().equals("google.protobuf.NullValue");
  }

  static boolean isRequired(FieldDescriptor field) {
    return field.isRequired() || behavesRequired(field);
  }

  /** The option may be unknown to this JVM or not; its bytes are the same. */
  private static boolean behavesRequired(FieldDescriptor field) {
    if (field.getOptions().getSerializedSize() == 0) {
      return false;
    }
    try {
      UnknownFieldSet.Field behavior =
          UnknownFieldSet.parseFrom(field.getOptions().toByteString()).getField(FIELD_BEHAVIOR);
      if (behavior.getVarintList().contains(BEHAVIOR_REQUIRED)) {
        return true;
      }
      for (var packed : behavior.getLengthDelimitedList()) {
        var in = packed.newCodedInput();
        while (!in.isAtEnd()) {
          if (in.readEnum() == BEHAVIOR_REQUIRED) {
            return true;
          }
        }
      }
      return false;
    } catch (IOException e) {
      // An option that cannot be read asks for nothing.
      return false;
    }
  }
}
