package io.remuda.registry.model;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.util.Base64;

/** Schemas that can be told apart: one message with the given fields goes in and comes out. */
final class Typed {

  private Typed() {}

  static Schema schema(String... fields) {
    DescriptorProto.Builder type = DescriptorProto.newBuilder().setName("In");
    for (String field : fields) {
      type.addField(
          FieldDescriptorProto.newBuilder()
              .setName(field)
              .setNumber(type.getFieldCount() + 1)
              .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
              .setType(FieldDescriptorProto.Type.TYPE_STRING));
    }
    FileDescriptorSet set =
        FileDescriptorSet.newBuilder()
            .addFile(
                FileDescriptorProto.newBuilder()
                    .setName("t.proto")
                    .setPackage("t")
                    .setSyntax("proto3")
                    .addMessageType(type))
            .build();
    return SchemaCodec.parse(Base64.getEncoder().encodeToString(set.toByteArray()), "t.In", "t.In");
  }
}
