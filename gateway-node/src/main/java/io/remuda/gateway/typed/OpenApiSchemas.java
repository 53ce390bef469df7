package io.remuda.gateway.typed;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Messages as schemas of OpenAPI 3.0: what {@link JsonReader} takes in its plainest form, and
 * exactly what answers look like. Each type is a component of its own, so that recursive ones refer
 * to themselves; its name begins with the model's, because two models may mean different types by
 * one name.
 */
final class OpenApiSchemas {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private OpenApiSchemas() {}

  /** Adds every type of {@code model} to {@code components}. */
  static void describe(String name, TypedModel model, ObjectNode components) {
    for (MessageShape shape : model.shapes().all()) {
      if (shape.form() == MessageShape.Form.PLAIN && !shape.type().getOptions().getMapEntry()) {
        components.set(component(name, shape.type()), message(name, shape));
      }
    }
  }

  /** The schema of a message wherever it is used. */
  static ObjectNode use(String name, TypedModel model, Descriptor type) {
    return use(name, model.shapes().of(type).form(), type);
  }

  private static String component(String name, Descriptor type) {
    return name + "." + type.getFullName();
  }

  private static ObjectNode message(String name, MessageShape shape) {
    ObjectNode json = object();
    json.put("title", shape.type().getFullName());
    ObjectNode properties = json.putObject("properties");
    for (FieldDescriptor field : shape.type().getFields()) {
      ObjectNode schema = field(name, field);
      OneofDescriptor choice = field.getRealContainingOneof();
      // Beside a reference nothing else counts.
      if (!schema.has("$ref")) {
        if (choice != null && !schema.has("description")) {
          schema.put("description", "one of: " + members(choice));
        }
        if (field.getOptions().getDeprecated()) {
          schema.put("deprecated", true);
        }
      }
      properties.set(field.getJsonName(), schema);
    }
    if (!shape.required().isEmpty()) {
      ArrayNode required = json.putArray("required");
      shape.required().forEach(field -> required.add(field.getJsonName()));
    }
    List<OneofDescriptor> choices = shape.type().getRealOneofs();
    if (!choices.isEmpty()) {
      ArrayNode all = json.putArray("allOf");
      choices.stream().filter(c -> c.getFieldCount() > 1).forEach(c -> all.add(atMostOne(c)));
      if (all.isEmpty()) {
        json.remove("allOf");
      }
    }
    json.put("additionalProperties", false);
    return json;
  }

  /** Exactly one of: the first is there, the second is there, ..., none is there. */
  private static ObjectNode atMostOne(OneofDescriptor choice) {
    ObjectNode json = NODES.objectNode();
    ArrayNode cases = json.putArray("oneOf");
    ArrayNode any = NODES.arrayNode();
    for (FieldDescriptor field : choice.getFields()) {
      cases.addObject().putArray("required").add(field.getJsonName());
      any.addObject().putArray("required").add(field.getJsonName());
    }
    cases.addObject().putObject("not").set("anyOf", any);
    json.put("description", "at most one of: " + members(choice));
    return json;
  }

  private static String members(OneofDescriptor choice) {
    return choice.getFields().stream()
        .map(FieldDescriptor::getJsonName)
        .collect(Collectors.joining(", "));
  }

  private static ObjectNode field(String name, FieldDescriptor field) {
    if (field.isMapField()) {
      ObjectNode json = object();
      json.set("additionalProperties", single(name, field.getMessageType().findFieldByNumber(2)));
      return json;
    }
    if (field.isRepeated()) {
      ObjectNode json = typed("array");
      json.set("items", single(name, field));
      return json;
    }
    return single(name, field);
  }

  private static ObjectNode single(String name, FieldDescriptor field) {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32 -> formatted("integer", "int32");
      case UINT32, FIXED32 ->
          formatted("integer", "int64").put("minimum", 0).put("maximum", 0xFFFF_FFFFL);
      // As text, since JavaScript's numbers end at 53 bits; numbers are taken as well.
      case INT64, SINT64, SFIXED64 ->
          formatted("string", "int64").put("pattern", "^-?[0-9]{1,19}$");
      case UINT64, FIXED64 -> formatted("string", "uint64").put("pattern", "^[0-9]{1,20}$");
      case FLOAT -> real("float");
      case DOUBLE -> real("double");
      case BOOL -> typed("boolean");
      case STRING -> typed("string");
      case BYTES -> formatted("string", "byte");
      case ENUM -> enumeration(field);
      case GROUP, MESSAGE ->
          use(name, new MessageShape(field.getMessageType()).form(), field.getMessageType());
    };
  }

  private static ObjectNode use(String name, MessageShape.Form form, Descriptor type) {
    return switch (form) {
      case PLAIN -> NODES.objectNode().put("$ref", "#/components/schemas/" + component(name, type));
      case WRAPPER -> single(name, type.getFields().get(0)).put("nullable", true);
      case SPECIAL ->
          switch (type.getName()) {
            case "Timestamp" -> formatted("string", "date-time");
            case "Duration" -> typed("string").put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
            case "FieldMask" -> typed("string");
            case "Struct" -> object().put("additionalProperties", true);
            case "ListValue" -> {
              ObjectNode json = typed("array");
              json.putObject("items").put("nullable", true);
              yield json;
            }
            case "Any" -> {
              ObjectNode json = object();
              json.putObject("properties").putObject("@type").put("type", "string");
              json.putArray("required").add("@type");
              yield json.put("additionalProperties", true);
            }
            default ->
                NODES.objectNode().put("nullable", true).put("description", "any JSON value");
          };
    };
  }

  private static ObjectNode real(String format) {
    return formatted("number", format)
        .put("description", "NaN, Infinity and -Infinity are written as strings");
  }

  private static ObjectNode enumeration(FieldDescriptor field) {
    ObjectNode json = typed("string");
    if (MessageShape.isNull(field.getEnumType())) {
      return NODES.objectNode().put("nullable", true).put("description", "always null");
    }
    ArrayNode values = json.putArray("enum");
    // Of aliases, answers show the first.
    Set<Integer> seen = new java.util.HashSet<>();
    for (EnumValueDescriptor value : field.getEnumType().getValues()) {
      if (seen.add(value.getNumber())) {
        values.add(value.getName());
      }
    }
    return json;
  }

  private static ObjectNode object() {
    return typed("object");
  }

  private static ObjectNode typed(String type) {
    return NODES.objectNode().put("type", type);
  }

  private static ObjectNode formatted(String type, String format) {
    return typed(type).put("format", format);
  }
}
