package io.remuda.gateway.typed;

import com.google.protobuf.ByteString;
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
import com.google.protobuf.DynamicMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Types of any shape, and messages of them; the same ones for the same seed. */
final class RandomMessages {

  private static final int TYPES = 4;
  private static final List<Type> SCALARS =
      List.of(
          Type.TYPE_BOOL,
          Type.TYPE_INT32,
          Type.TYPE_SINT32,
          Type.TYPE_SFIXED32,
          Type.TYPE_UINT32,
          Type.TYPE_FIXED32,
          Type.TYPE_INT64,
          Type.TYPE_SINT64,
          Type.TYPE_SFIXED64,
          Type.TYPE_UINT64,
          Type.TYPE_FIXED64,
          Type.TYPE_FLOAT,
          Type.TYPE_DOUBLE,
          Type.TYPE_STRING,
          Type.TYPE_BYTES);
  private static final List<Type> KEYS =
      List.of(
          Type.TYPE_STRING, Type.TYPE_BOOL, Type.TYPE_INT32, Type.TYPE_UINT64, Type.TYPE_SINT64);

  private final Random random;
  private final boolean finite;

  /**
   * @param finite leaves out NaN and the infinities, whose form in JSON is no number
   */
  RandomMessages(long seed, boolean finite) {
    this.random = new Random(seed);
    this.finite = finite;
  }

  /** A model that takes and gives a type which refers to others, and maybe to itself. */
  TypedModel model() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("any.proto")
            .setPackage("any")
            .setSyntax("proto3")
            .addEnumType(
                EnumDescriptorProto.newBuilder()
                    .setName("E")
                    .addValue(EnumValueDescriptorProto.newBuilder().setName("E_ZERO").setNumber(0))
                    .addValue(EnumValueDescriptorProto.newBuilder().setName("E_NEG").setNumber(-5))
                    .addValue(EnumValueDescriptorProto.newBuilder().setName("E_SIX").setNumber(6)));
    for (int i = 0; i < TYPES; i++) {
      file.addMessageType(message(i));
    }
    FileDescriptorSet files = FileDescriptorSet.newBuilder().addFile(file).build();
    return TypedModel.parse(Protos.schema("any", "any.M0", "any.M0", files), Protos.SETTINGS);
  }

  private DescriptorProto message(int index) {
    DescriptorProto.Builder type = DescriptorProto.newBuilder().setName("M" + index);
    int fields = random.nextInt(8);
    boolean choice = random.nextBoolean();
    if (choice) {
      type.addOneofDecl(OneofDescriptorProto.newBuilder().setName("choice"));
    }
    int members = 0;
    for (int i = 0; i < fields; i++) {
      FieldDescriptorProto.Builder field =
          FieldDescriptorProto.newBuilder()
              .setName("a_field" + i)
              .setNumber(1 + i * (1 + random.nextInt(3)) * 7)
              .setLabel(Label.LABEL_OPTIONAL);
      if (type.getFieldList().stream().anyMatch(f -> f.getNumber() == field.getNumber())) {
        continue;
      }
      fill(field);
      switch (random.nextInt(5)) {
        case 0 -> field.setLabel(Label.LABEL_REPEATED);
        case 1 -> map(type, field, i);
        case 2 -> {
          if (choice) {
            field.setOneofIndex(0);
            members++;
          }
        }
        default -> {}
      }
      type.addField(field);
    }
    if (choice && members == 0) {
      type.clearOneofDecl();
    }
    return type.build();
  }

  private void fill(FieldDescriptorProto.Builder field) {
    int kind = random.nextInt(SCALARS.size() + 4);
    if (kind < SCALARS.size()) {
      field.setType(SCALARS.get(kind));
    } else if (kind == SCALARS.size()) {
      field.setType(Type.TYPE_ENUM).setTypeName(".any.E");
    } else {
      field.setType(Type.TYPE_MESSAGE).setTypeName(".any.M" + random.nextInt(TYPES));
    }
  }

  private void map(DescriptorProto.Builder type, FieldDescriptorProto.Builder field, int i) {
    FieldDescriptorProto.Builder value =
        field.clone().setName("value").setNumber(2).clearOneofIndex();
    String name = "AField" + i + "Entry";
    type.addNestedType(
        DescriptorProto.newBuilder()
            .setName(name)
            .setOptions(MessageOptions.newBuilder().setMapEntry(true))
            .addField(
                FieldDescriptorProto.newBuilder()
                    .setName("key")
                    .setNumber(1)
                    .setLabel(Label.LABEL_OPTIONAL)
                    .setType(KEYS.get(random.nextInt(KEYS.size()))))
            .addField(value));
    field
        .setLabel(Label.LABEL_REPEATED)
        .setType(Type.TYPE_MESSAGE)
        .setTypeName(".any." + type.getName() + "." + name);
  }

  DynamicMessage message(Descriptor type) {
    return message(type, 5);
  }

  private DynamicMessage message(Descriptor type, int depth) {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      boolean nested = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if ((nested && depth == 0) || random.nextInt(4) == 0) {
        continue;
      }
      if (field.isMapField()) {
        map(builder, field, depth);
      } else if (field.isRepeated()) {
        for (int i = random.nextInt(4); i > 0; i--) {
          builder.addRepeatedField(field, value(field, depth));
        }
      } else {
        builder.setField(field, value(field, depth));
      }
    }
    return builder.build();
  }

  private void map(DynamicMessage.Builder builder, FieldDescriptor field, int depth) {
    Descriptor entry = field.getMessageType();
    Set<Object> keys = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Object key = value(entry.findFieldByNumber(1), 0);
      if (keys.add(key)) {
        builder.addRepeatedField(
            field,
            DynamicMessage.newBuilder(entry)
                .setField(entry.findFieldByNumber(1), key)
                .setField(entry.findFieldByNumber(2), value(entry.findFieldByNumber(2), depth - 1))
                .build());
      }
    }
  }

  private Object value(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextInt(3) == 0 ? random.nextInt(3) - 1 : random.nextInt();
      case LONG -> random.nextInt(3) == 0 ? random.nextInt(3) - 1L : random.nextLong();
      case FLOAT -> (float) real(Float.intBitsToFloat(random.nextInt()));
      case DOUBLE -> real(Double.longBitsToDouble(random.nextLong()));
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTE_STRING -> {
        byte[] bytes = new byte[random.nextInt(9)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      case ENUM -> field.getEnumType().getValues().get(random.nextInt(3));
      case MESSAGE -> message(field.getMessageType(), Math.max(0, depth - 1));
    };
  }

  private double real(double any) {
    if (!finite && random.nextInt(5) == 0) {
      return List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0)
          .get(random.nextInt(4));
    }
    return Double.isFinite(any) ? any : random.nextGaussian();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      int point = random.nextInt(5) == 0 ? random.nextInt(0x11_0000) : random.nextInt(256);
      text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? '?' : point);
    }
    return text.toString();
  }
}
