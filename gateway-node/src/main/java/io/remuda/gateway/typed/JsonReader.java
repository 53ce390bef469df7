package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.io.StringWriter;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads JSON into messages by protobuf's JSON mapping, strictly, and names the field where it does
 * not fit: a field that is unknown or given twice, two members of one oneof, a value of another
 * type, a required field that is not there. A field that is null is absent.
 *
 * <p>Types with a JSON form of their own (Timestamp, Struct, Any, ...) are read by the library's
 * own reader, which tells the cause; the path is ours.
 */
final class JsonReader {

  private final JsonFactory factory;
  private final JsonFactory strict =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private final MessageShapes shapes;
  private final JsonFormat.Parser special;
  private final int depth;

  JsonReader(MessageShapes shapes, JsonFormat.TypeRegistry registry, int depth) {
    this.shapes = shapes;
    this.special = JsonFormat.parser().usingTypeRegistry(registry);
    this.depth = depth;
    this.factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(depth)
                    .maxNameLength(4096)
                    .maxNumberLength(400)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
  }

  /** The message of {@code type} that is all of {@code json}. */
  DynamicMessage read(byte[] json, Descriptor type) throws BadMessage {
    FieldPath path = new FieldPath();
    try (JsonParser parser = factory.createParser(json)) {
      if (parser.nextToken() == null) {
        throw BadMessage.at(path, "is empty; send the message as a JSON object {...}");
      }
      DynamicMessage message = new Reading(parser, path).message(shapes.of(type));
      if (parser.nextToken() != null) {
        throw malformed(path, "goes on after its JSON value", parser.currentTokenLocation());
      }
      return message;
    } catch (StreamConstraintsException e) {
      throw new BadMessage(
          ErrorCode.INVALID_JSON,
          path.toString(),
          "the body is nested deeper than "
              + depth
              + " levels or holds a name or number beyond all measure"
              + in(path)
              + "; send a simpler one");
    } catch (JsonProcessingException e) {
      throw malformed(path, "is not JSON", e.getLocation());
    } catch (IOException e) {
      throw malformed(path, "is not JSON in UTF-8; send it as UTF-8", null);
    }
  }

  private static BadMessage malformed(
      FieldPath path, String what, @org.jspecify.annotations.Nullable JsonLocation location) {
    return new BadMessage(
        ErrorCode.INVALID_JSON,
        path.toString(),
        "the body "
            + what
            + (location == null
                ? ""
                : " at line %d, column %d (byte %d)"
                    .formatted(
                        location.getLineNr(), location.getColumnNr(), location.getByteOffset()))
            + in(path));
  }

  private static String in(FieldPath path) {
    String where = path.toString();
    return where.isEmpty() ? "" : ", in the field '" + where + "'";
  }

  /** One body; the parser stands at the value that is read next. */
  private final class Reading {

    private final JsonParser json;
    private final FieldPath path;

    Reading(JsonParser json, FieldPath path) {
      this.json = json;
      this.path = path;
    }

    DynamicMessage message(MessageShape shape) throws IOException, BadMessage {
      return switch (shape.form()) {
        case PLAIN -> plain(shape);
        case WRAPPER -> {
          FieldDescriptor value = shape.type().getFields().get(0);
          yield DynamicMessage.newBuilder(shape.type())
              .setField(value, JsonScalars.read(json, value, path))
              .build();
        }
        case SPECIAL -> special(shape.type());
      };
    }

    private DynamicMessage plain(MessageShape shape) throws IOException, BadMessage {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw BadMessage.at(
            path,
            "must be an object {...} of "
                + shape.type().getFullName()
                + ", not "
                + JsonScalars.shown(json));
      }
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(shape.type());
      BitSet named = new BitSet();
      BitSet given = new BitSet();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        path.field(name);
        FieldDescriptor field = shape.field(name);
        if (field == null) {
          throw BadMessage.at(
              path, "does not exist in " + shape.type().getFullName() + "; " + shape.names());
        }
        if (named.get(field.getIndex())) {
          throw BadMessage.at(path, "is given twice; give it once");
        }
        named.set(field.getIndex());
        if (json.nextToken() != JsonToken.VALUE_NULL || isNullAValueOf(field)) {
          given.set(field.getIndex());
          alone(builder, field);
          field(builder, field);
        }
        path.leave();
      }
      for (FieldDescriptor needed : shape.required()) {
        if (!given.get(needed.getIndex())) {
          path.field(needed.getJsonName());
          throw BadMessage.at(path, "is missing; " + shape.type().getFullName() + " needs it");
        }
      }
      return builder.buildPartial();
    }

    private boolean isNullAValueOf(FieldDescriptor field) {
      return !field.isRepeated() && MessageShape.takesNull(field);
    }

    private void alone(DynamicMessage.Builder builder, FieldDescriptor field) throws BadMessage {
      OneofDescriptor choice = field.getRealContainingOneof();
      if (choice != null && builder.hasOneof(choice)) {
        FieldDescriptor other = builder.getOneofFieldDescriptor(choice);
        throw BadMessage.at(
            path,
            "and '"
                + (other == null ? choice.getName() : other.getJsonName())
                + "' exclude each other (oneof "
                + choice.getName()
                + "); send one of them");
      }
    }

    private void field(DynamicMessage.Builder builder, FieldDescriptor field)
        throws IOException, BadMessage {
      if (field.isMapField()) {
        map(builder, field);
      } else if (field.isRepeated()) {
        list(builder, field);
      } else {
        builder.setField(field, value(field));
      }
    }

    private void list(DynamicMessage.Builder builder, FieldDescriptor field)
        throws IOException, BadMessage {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw BadMessage.at(path, "must be an array [...], not " + JsonScalars.shown(json));
      }
      for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
        path.index(i);
        builder.addRepeatedField(field, present(field));
        path.leave();
      }
    }

    private void map(DynamicMessage.Builder builder, FieldDescriptor field)
        throws IOException, BadMessage {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw BadMessage.at(
            path, "must be an object {...} of keys and values, not " + JsonScalars.shown(json));
      }
      Descriptor entry = field.getMessageType();
      FieldDescriptor key = entry.findFieldByNumber(1);
      FieldDescriptor value = entry.findFieldByNumber(2);
      Set<Object> keys = new HashSet<>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        path.key(name);
        Object read = JsonScalars.key(name, key, path);
        if (!keys.add(read)) {
          throw BadMessage.at(path, "is given twice; give each key once");
        }
        json.nextToken();
        builder.addRepeatedField(
            field,
            DynamicMessage.newBuilder(entry)
                .setField(key, read)
                .setField(value, present(value))
                .build());
        path.leave();
      }
    }

    private Object present(FieldDescriptor field) throws IOException, BadMessage {
      if (json.currentToken() == JsonToken.VALUE_NULL && !MessageShape.takesNull(field)) {
        throw BadMessage.at(path, "is null; leave it out or send a value");
      }
      return value(field);
    }

    private Object value(FieldDescriptor field) throws IOException, BadMessage {
      return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          ? message(shapes.of(field.getMessageType()))
          : JsonScalars.read(json, field, path);
    }

    private DynamicMessage special(Descriptor type) throws IOException, BadMessage {
      StringWriter text = new StringWriter();
      try (JsonGenerator copy = strict.createGenerator(text)) {
        copy.enable(JsonGenerator.Feature.STRICT_DUPLICATE_DETECTION);
        copy.copyCurrentStructure(json);
      } catch (com.fasterxml.jackson.core.JsonGenerationException e) {
        throw BadMessage.at(path, "gives a key twice; give each once");
      }
      try {
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        special.merge(text.toString(), builder);
        return builder.build();
      } catch (InvalidProtocolBufferException e) {
        throw BadMessage.at(
            path, "is no " + type.getFullName() + ": " + FieldPath.sentence(e.getMessage()));
      }
    }
  }
}
