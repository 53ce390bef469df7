package io.remuda.deploy.simulation;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.util.Base64;
import java.util.List;

/** What typed models of a test take and give: the second adds to the first. */
public final class Schemas {

  public static final List<Schema> ALL = List.of(of("text"), of("text", "language"), of("image"));

  private Schemas() {}

  private static Schema of(String... fields) {
    DescriptorProto.Builder type = DescriptorProto.newBuilder().setName("Message");
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
                    .setName("simulated.proto")
                    .setPackage("simulated")
                    .setSyntax("proto3")
                    .addMessageType(type))
            .build();
    String name = "simulated.Message";
    return SchemaCodec.parse(Base64.getEncoder().encodeToString(set.toByteArray()), name, name);
  }
}
