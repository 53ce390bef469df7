package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What makes two schemas one, and what makes them two. */
class SchemaFingerprintTest {

  /** More than any thread's stack has room for, were each type a call within another's. */
  private static final int CHAIN = 20_000;

  /** Fields, and the first one's number: beyond those that protobuf keeps for itself. */
  private static final int WIDE = 20_000;

  private static final String PLAIN = fingerprint(message -> {});

  @Test
  void aTypeBehindAnotherTypeCounts() {
    assertThat(
            fingerprint(
                files(message -> {}, part -> part.addField(field("more", 2, Type.TYPE_BOOL)))))
        .isNotEqualTo(PLAIN);
  }

  @Test
  void nameNumberTypeAndLabelOfAFieldCount() {
    List<String> prints =
        List.of(
            PLAIN,
            fingerprint(message -> message.getFieldBuilder(0).setName("body")),
            fingerprint(message -> message.getFieldBuilder(0).setNumber(9)),
            fingerprint(message -> message.getFieldBuilder(0).setType(Type.TYPE_BYTES)),
            fingerprint(message -> message.getFieldBuilder(0).setLabel(Label.LABEL_REPEATED)),
            fingerprint(message -> message.getFieldBuilder(0).setLabel(Label.LABEL_REQUIRED)),
            fingerprint(
                message -> {
                  message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("choice"));
                  message.getFieldBuilder(0).setOneofIndex(0);
                }));

    assertThat(prints).doesNotHaveDuplicates();
  }

  @Test
  void twoSchemasOfOneFingerprintHaveNoDifference() {
    Schema optional = schema(files(message -> {}, part -> {}));
    Schema required =
        schema(
            files(
                message -> message.getFieldBuilder(0).setLabel(Label.LABEL_REQUIRED), part -> {}));

    assertThat(SchemaDiff.between(optional, required).text())
        .isEqualTo("t.In.text is optional, not required");
  }

  @Test
  void commentsJsonNamesOptionsAndStrangersDoNot() {
    FileDescriptorSet.Builder files = files(message -> {}, part -> {}).toBuilder();
    FileDescriptorProto.Builder main = files.getFileBuilder(1);
    main.setSourceCodeInfo(
        SourceCodeInfo.newBuilder()
            .addLocation(SourceCodeInfo.Location.newBuilder().setLeadingComments("a text")));
    main.getMessageTypeBuilder(0)
        .getFieldBuilder(0)
        .setJsonName("inJson")
        .setOptions(FieldOptions.newBuilder().setDeprecated(true));
    main.addMessageType(DescriptorProto.newBuilder().setName("NobodyNeedsIt"));

    assertThat(fingerprint(files.build())).isEqualTo(PLAIN);
  }

  @Test
  void neitherDoTheOrderOfFilesAndWhichFileATypeLiesIn() {
    FileDescriptorSet two = files(message -> {}, part -> {});
    List<FileDescriptorProto> turned = new ArrayList<>(two.getFileList());
    Collections.reverse(turned);
    FileDescriptorProto together =
        two.getFile(1).toBuilder()
            .clearDependency()
            .addAllMessageType(two.getFile(0).getMessageTypeList())
            .build();

    assertThat(fingerprint(FileDescriptorSet.newBuilder().addAllFile(turned).build()))
        .isEqualTo(PLAIN);
    assertThat(fingerprint(FileDescriptorSet.newBuilder().addFile(together).build()))
        .isEqualTo(PLAIN);
  }

  /** Whoever may let a worker join may send such a one. */
  @Test
  void aLongChainOfTypesIsReadAndComparedWithoutTheStackRunningOut() {
    Schema chain = schema(chain(Type.TYPE_STRING));
    Schema other = schema(chain(Type.TYPE_BYTES));

    assertThat(chain.fingerprint()).isNotEqualTo(other.fingerprint());
    assertThat(SchemaDiff.between(chain, other).text())
        .isEqualTo("t.T%d.text is string, not bytes".formatted(CHAIN));
  }

  /** Each type holds the next one; the last one a field of this type. */
  private static FileDescriptorSet chain(Type last) {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("chain.proto").setPackage("t");
    file.addMessageType(
        DescriptorProto.newBuilder().setName("In").addField(message("next", 1, "T1")));
    for (int at = 1; at < CHAIN; at++) {
      file.addMessageType(
          DescriptorProto.newBuilder()
              .setName("T" + at)
              .addField(message("next", 1, "T" + (at + 1))));
    }
    file.addMessageType(
        DescriptorProto.newBuilder().setName("T" + CHAIN).addField(field("text", 1, last)));
    return FileDescriptorSet.newBuilder().addFile(file).build();
  }

  private static String fingerprint(Consumer<DescriptorProto.Builder> change) {
    return fingerprint(files(change, part -> {}));
  }

  private static String fingerprint(FileDescriptorSet files) {
    return schema(files).fingerprint();
  }

  private static Schema schema(FileDescriptorSet files) {
    return SchemaCodec.parse(
        Base64.getEncoder().encodeToString(files.toByteArray()), "t.In", "t.In");
  }

  /** With the text of a type made for each field that leads to it, this takes minutes. */
  @Test
  void aTypeWithManyFieldsOfItsOwnTypeIsReadOnce() {
    assertThat(
            fingerprint(
                message -> {
                  for (int number = WIDE; number < 2 * WIDE; number++) {
                    message.addField(message("f" + number, number, "In"));
                    message.addField(message("p" + number, number + WIDE, "Part"));
                  }
                }))
        .isNotEqualTo(PLAIN);
  }

  /** "In" holds a text and a "Part", which lies in a file of its own and holds a number. */
  private static FileDescriptorSet files(
      Consumer<DescriptorProto.Builder> in, Consumer<DescriptorProto.Builder> part) {
    DescriptorProto.Builder inner =
        DescriptorProto.newBuilder().setName("Part").addField(field("count", 1, Type.TYPE_INT32));
    DescriptorProto.Builder outer =
        DescriptorProto.newBuilder()
            .setName("In")
            .addField(field("text", 1, Type.TYPE_STRING))
            .addField(message("part", 2, "Part"));
    part.accept(inner);
    in.accept(outer);
    return FileDescriptorSet.newBuilder()
        .addFile(
            FileDescriptorProto.newBuilder()
                .setName("part.proto")
                .setPackage("t")
                .addMessageType(inner))
        .addFile(
            FileDescriptorProto.newBuilder()
                .setName("in.proto")
                .setPackage("t")
                .addDependency("part.proto")
                .addMessageType(outer))
        .build();
  }

  private static FieldDescriptorProto.Builder message(String name, int number, String type) {
    return field(name, number, Type.TYPE_MESSAGE).setTypeName(".t." + type);
  }

  private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(Label.LABEL_OPTIONAL)
        .setType(type);
  }
}
