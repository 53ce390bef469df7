package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SchemaCodecTest {

  @Test
  void theOrderOfDeclarationsDoesNotCount() throws Exception {
    assertThat(schema(file("a", "in", "out", 1)).fingerprint())
        .isEqualTo(schema(file("b", "out", "in", 1)).fingerprint());
  }

  @Test
  void aNumberOrATypeThatCanBeReachedDoes() throws Exception {
    String one = schema(file("a", "in", "out", 1)).fingerprint();

    assertThat(schema(file("a", "in", "out", 2)).fingerprint()).isNotEqualTo(one);
    FileDescriptorProto.Builder changed = file("a", "in", "out", 1).toBuilder();
    changed.getEnumTypeBuilder(0).getValueBuilder(0).setName("OTHER");
    assertThat(schema(changed.build()).fingerprint()).isNotEqualTo(one);
  }

  @Test
  void carriesDescriptorsThatCanBeBuiltAgain() throws Exception {
    Schema schema = schema(file("a", "in", "out", 1));

    FileDescriptorSet set =
        FileDescriptorSet.parseFrom(Base64.getDecoder().decode(schema.descriptors()));
    FileDescriptor built = FileDescriptor.buildFrom(set.getFile(0), new FileDescriptor[0]);

    assertThat(built.findMessageTypeByName("in").getFullName()).isEqualTo(schema.inputType());
    assertThat(schema.outputType()).isEqualTo("t.out");
  }

  private static Schema schema(FileDescriptorProto proto) throws Exception {
    FileDescriptor file = FileDescriptor.buildFrom(proto, new FileDescriptor[0]);
    return SchemaCodec.of(file.findMessageTypeByName("in"), file.findMessageTypeByName("out"));
  }

  /** Two messages in this order; "in" holds an enum and itself. */
  private static FileDescriptorProto file(String name, String first, String second, int number) {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName(name).setPackage("t").setSyntax("proto3");
    for (String message : new String[] {first, second}) {
      DescriptorProto.Builder type = DescriptorProto.newBuilder().setName(message);
      type.addField(field("text", number, FieldDescriptorProto.Type.TYPE_STRING));
      if (message.equals("in")) {
        type.addField(field("kind", 5, FieldDescriptorProto.Type.TYPE_ENUM).setTypeName(".t.Kind"));
        type.addField(
            field("more", 6, FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(".t.in"));
      }
      file.addMessageType(type);
    }
    return file.addEnumType(
            EnumDescriptorProto.newBuilder()
                .setName("Kind")
                .addValue(EnumValueDescriptorProto.newBuilder().setName("NONE").setNumber(0)))
        .build();
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .setType(type);
  }
}
