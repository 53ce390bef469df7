package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.remuda.protocol.model.SpecJson.Parsed;
import io.remuda.protocol.model.SpecJson.Problem;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The schema that a deployment's document declares is what its descriptors say, and no other. */
class DeclaredSchemaTest {

  private static final String DESCRIPTORS = descriptors("text");
  private static final Schema SCHEMA = SchemaCodec.parse(DESCRIPTORS, "t.In", "t.Out");

  @Test
  void isTakenWithItsOwnFingerprint() {
    assertThat(declared(SCHEMA.fingerprint(), "t.In", DESCRIPTORS).spec().orElseThrow().schema())
        .contains(new Schema(SCHEMA.fingerprint(), "t.In", "t.Out", DESCRIPTORS));
  }

  @Test
  void theFingerprintMayBeLeftOut() {
    ObjectNode document = document("t.In", DESCRIPTORS);

    assertThat(SpecJson.parse(document).spec().orElseThrow().schema().orElseThrow().fingerprint())
        .isEqualTo(SCHEMA.fingerprint());
  }

  /** Else one model's types could be put in the place of another's that has this fingerprint. */
  @Test
  void anothersFingerprintIsRefused() {
    Schema another = SchemaCodec.parse(descriptors("words"), "t.In", "t.Out");

    Parsed parsed = declared(another.fingerprint(), "t.In", DESCRIPTORS);

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems()).extracting(Problem::path).containsExactly("schema.fingerprint");
    assertThat(parsed.refused().message()).contains(SCHEMA.fingerprint()).contains("leave it out");
  }

  @Test
  void descriptorsThatDoNotHoldTogetherAreRefused() {
    String fingerprint = SCHEMA.fingerprint();

    assertThat(declared(fingerprint, "t.In", "%%%").problems())
        .extracting(Problem::path)
        .containsExactly("schema.descriptors");
    assertThat(declared(fingerprint, "t.Missing", DESCRIPTORS).refused().message())
        .contains("schema.descriptors")
        .contains("t.Missing");
  }

  private static Parsed declared(String fingerprint, String input, String descriptors) {
    ObjectNode document = document(input, descriptors);
    document.withObjectProperty("schema").put("fingerprint", fingerprint);
    return SpecJson.parse(document);
  }

  private static ObjectNode document(String input, String descriptors) {
    ObjectNode document =
        JsonNodeFactory.instance.objectNode().put("name", "typed").put("engine", "external");
    document
        .putObject("schema")
        .put("inputType", input)
        .put("outputType", "t.Out")
        .put("descriptors", descriptors);
    return document;
  }

  /** Two messages with one text of this name each. */
  private static String descriptors(String field) {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("t.proto").setPackage("t").setSyntax("proto3");
    for (String name : new String[] {"In", "Out"}) {
      file.addMessageType(
          DescriptorProto.newBuilder()
              .setName(name)
              .addField(
                  FieldDescriptorProto.newBuilder()
                      .setName(field)
                      .setNumber(1)
                      .setType(FieldDescriptorProto.Type.TYPE_STRING)
                      .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)));
    }
    return Base64.getEncoder()
        .encodeToString(FileDescriptorSet.newBuilder().addFile(file).build().toByteArray());
  }
}
