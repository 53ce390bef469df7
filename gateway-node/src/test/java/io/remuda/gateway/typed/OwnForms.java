package io.remuda.gateway.typed;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DoubleValue;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.FieldMask;
import com.google.protobuf.FloatValue;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Messages that hold one, several and a map of each type that has a JSON form of its own, and
 * messages of proto2's kinds of field; the same ones for the same seed.
 */
final class OwnForms {

  private static final List<Message> TYPES =
      List.of(
          Timestamp.getDefaultInstance(),
          Duration.getDefaultInstance(),
          FieldMask.getDefaultInstance(),
          Struct.getDefaultInstance(),
          Value.getDefaultInstance(),
          ListValue.getDefaultInstance(),
          Any.getDefaultInstance(),
          Empty.getDefaultInstance(),
          DoubleValue.getDefaultInstance(),
          FloatValue.getDefaultInstance(),
          Int64Value.getDefaultInstance(),
          UInt64Value.getDefaultInstance(),
          Int32Value.getDefaultInstance(),
          UInt32Value.getDefaultInstance(),
          BoolValue.getDefaultInstance(),
          StringValue.getDefaultInstance(),
          BytesValue.getDefaultInstance());
  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long LAST_SECOND = 253_402_300_799L;
  private static final long LONGEST = 315_576_000_000L;

  private final Random random;
  private final TypedModel all = model("own.All");
  private final TypedModel old = model("own.Old");

  OwnForms(long seed) {
    this.random = new Random(seed);
  }

  MessageType type() {
    return all.input();
  }

  /** Of proto2: a group, a required field, one with a default, a closed enum. */
  MessageType oldType() {
    return old.input();
  }

  DynamicMessage message() {
    return message(2);
  }

  /** Empty as far as may be, with its defaults written out, and with all it can have. */
  List<Message> oldOnes() {
    Descriptor type = old.input().descriptor();
    FieldDescriptor needed = type.findFieldByName("needed");
    FieldDescriptor told = type.findFieldByName("told");
    FieldDescriptor several = type.findFieldByName("several");
    FieldDescriptor group = type.findFieldByName("part");
    FieldDescriptor closed = type.findFieldByName("closed");
    DynamicMessage least = DynamicMessage.newBuilder(type).setField(needed, "x").build();
    Descriptor part = group.getMessageType();
    return List.of(
        least,
        least.toBuilder().setField(told, 7).build(),
        least.toBuilder()
            .setField(told, -1)
            .addRepeatedField(several, 1.5f)
            .addRepeatedField(several, Float.NaN)
            .setField(closed, closed.getEnumType().findValueByName("TWO"))
            .setField(
                group,
                DynamicMessage.newBuilder(part).setField(part.findFieldByName("a"), 3L).build())
            .build());
  }

  private DynamicMessage message(int depth) {
    Descriptor type = all.input().descriptor();
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      if (field.isMapField()) {
        Descriptor entry = field.getMessageType();
        FieldDescriptor value = entry.findFieldByNumber(2);
        for (int i = random.nextInt(3); i > 0; i--) {
          message.addRepeatedField(
              field,
              DynamicMessage.newBuilder(entry)
                  .setField(entry.findFieldByNumber(1), (long) -i)
                  .setField(value, any(value.getMessageType(), depth))
                  .build());
        }
      } else if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          message.addRepeatedField(field, any(field.getMessageType(), depth));
        }
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        message.setField(field, any(field.getMessageType(), depth));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        // A number that the type does not know is written as it is.
        message.setField(field, field.getEnumType().findValueByNumberCreatingIfUnknown(1));
      } else {
        message.setField(field, random.nextInt(3) - 1);
      }
    }
    return message.build();
  }

  private DynamicMessage any(Descriptor type, int depth) {
    Message known =
        switch (type.getName()) {
          case "Timestamp" ->
              Timestamp.newBuilder()
                  .setSeconds(random.nextLong(FIRST_SECOND, LAST_SECOND))
                  .setNanos(nanos())
                  .build();
          case "Duration" -> {
            int sign = random.nextBoolean() ? 1 : -1;
            yield Duration.newBuilder()
                .setSeconds(sign * random.nextLong(LONGEST))
                .setNanos(sign * nanos())
                .build();
          }
          case "FieldMask" -> FieldMask.newBuilder().addPaths("a.b_c").addPaths("d").build();
          case "Struct" -> struct(depth);
          case "Value" -> value(depth);
          case "ListValue" ->
              ListValue.newBuilder().addValues(value(depth)).addValues(value(depth)).build();
          case "Any" -> packed(depth);
          case "Empty" -> Empty.getDefaultInstance();
          case "DoubleValue" -> DoubleValue.of(random.nextGaussian());
          case "FloatValue" -> FloatValue.of(Float.intBitsToFloat(random.nextInt()));
          case "Int64Value" -> Int64Value.of(random.nextLong());
          case "UInt64Value" -> UInt64Value.of(random.nextLong());
          case "Int32Value" -> Int32Value.of(random.nextInt());
          case "UInt32Value" -> UInt32Value.of(random.nextInt());
          case "BoolValue" -> BoolValue.of(random.nextBoolean());
          case "StringValue" -> StringValue.of("<" + (char) random.nextInt(0x800) + "\">");
          case "BytesValue" -> BytesValue.of(ByteString.copyFrom(new byte[random.nextInt(5)]));
          default -> throw new IllegalArgumentException(type.getFullName());
        };
    try {
      return DynamicMessage.parseFrom(type, known.toByteString());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private int nanos() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(1_000) * 1_000_000;
      case 2 -> random.nextInt(1_000_000) * 1_000;
      default -> random.nextInt(1_000_000_000);
    };
  }

  private Struct struct(int depth) {
    Struct.Builder struct = Struct.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      struct.putFields("k&" + i, value(depth));
    }
    return struct.build();
  }

  private Value value(int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
      case 1 -> Value.newBuilder().setNumberValue(random.nextGaussian()).build();
      case 2 -> Value.newBuilder().setStringValue("it's").build();
      case 3 -> Value.newBuilder().setBoolValue(random.nextBoolean()).build();
      case 4 -> Value.newBuilder().setStructValue(struct(depth - 1)).build();
      default ->
          Value.newBuilder()
              .setListValue(ListValue.newBuilder().addValues(value(depth - 1)))
              .build();
    };
  }

  private Any packed(int depth) {
    return switch (random.nextInt(depth > 0 ? 3 : 2)) {
      case 0 -> Any.getDefaultInstance();
      case 1 -> Any.pack(Timestamp.newBuilder().setSeconds(random.nextInt()).build());
      default -> Any.pack(message(depth - 1));
    };
  }

  private static TypedModel model(String type) {
    FileDescriptorSet.Builder files = FileDescriptorSet.newBuilder();
    FileDescriptorProto.Builder own =
        FileDescriptorProto.newBuilder()
            .setName("own.proto")
            .setPackage("own")
            .setSyntax("proto3")
            .addMessageType(all());
    List<FileDescriptor> known = new ArrayList<>();
    TYPES.forEach(each -> known.add(each.getDescriptorForType().getFile()));
    known.stream()
        .distinct()
        .forEach(
            file -> {
              files.addFile(file.toProto());
              own.addDependency(file.getName());
            });
    files.addFile(own).addFile(old());
    return TypedModel.parse(Protos.schema(type, type, type, files.build()), Protos.SETTINGS);
  }

  private static DescriptorProto all() {
    DescriptorProto.Builder all = DescriptorProto.newBuilder().setName("All");
    int number = 1;
    for (Message each : TYPES) {
      String name = "of_" + number;
      String type = "." + each.getDescriptorForType().getFullName();
      String entry = "Of" + number + "MapEntry";
      all.addField(field("a_" + name, number++, type));
      all.addField(field("b_" + name, number++, type).setLabel(Label.LABEL_REPEATED));
      all.addField(
          field("c_" + name, number++, ".own.All." + entry).setLabel(Label.LABEL_REPEATED));
      all.addNestedType(
          DescriptorProto.newBuilder()
              .setName(entry)
              .setOptions(MessageOptions.newBuilder().setMapEntry(true))
              .addField(scalar("key", 1, Type.TYPE_SFIXED64))
              .addField(field("value", 2, type)));
    }
    return all.addField(
            scalar("null_one", number++, Type.TYPE_ENUM).setTypeName(".google.protobuf.NullValue"))
        .addField(
            scalar("maybe", number, Type.TYPE_SINT32).setProto3Optional(true).setOneofIndex(0))
        .addOneofDecl(OneofDescriptorProto.newBuilder().setName("_maybe"))
        .build();
  }

  private static FileDescriptorProto old() {
    return FileDescriptorProto.newBuilder()
        .setName("old.proto")
        .setPackage("own")
        .setSyntax("proto2")
        .addEnumType(
            EnumDescriptorProto.newBuilder()
                .setName("Closed")
                .addValue(EnumValueDescriptorProto.newBuilder().setName("ONE").setNumber(1))
                .addValue(EnumValueDescriptorProto.newBuilder().setName("TWO").setNumber(2)))
        .addMessageType(
            DescriptorProto.newBuilder()
                .setName("Old")
                .addField(scalar("needed", 9, Type.TYPE_STRING).setLabel(Label.LABEL_REQUIRED))
                .addField(scalar("told", 2, Type.TYPE_INT32).setDefaultValue("7"))
                .addField(scalar("several", 4, Type.TYPE_FLOAT).setLabel(Label.LABEL_REPEATED))
                .addField(field("part", 3, ".own.Old.Part").setType(Type.TYPE_GROUP))
                .addField(scalar("closed", 1, Type.TYPE_ENUM).setTypeName(".own.Closed"))
                .addNestedType(
                    DescriptorProto.newBuilder()
                        .setName("Part")
                        .addField(scalar("a", 1, Type.TYPE_UINT64))))
        .build();
  }

  private static FieldDescriptorProto.Builder field(String name, int number, String type) {
    return scalar(name, number, Type.TYPE_MESSAGE).setTypeName(type);
  }

  private static FieldDescriptorProto.Builder scalar(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(Label.LABEL_OPTIONAL)
        .setType(type);
  }
}
