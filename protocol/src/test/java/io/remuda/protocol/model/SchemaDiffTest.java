package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import io.remuda.protocol.model.SchemaDiff.Change;
import io.remuda.protocol.model.SchemaDiff.Kind;
import java.util.Base64;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SchemaDiffTest {

  private static final int IN = 0;

  @Test
  void theSameSchemaHasNoDifference() {
    assertThat(diff(in -> {}).isEmpty()).isTrue();
    assertThat(diff(in -> {}).isCompatible()).isTrue();
  }

  @Test
  void anAddedFieldIsCompatible() {
    SchemaDiff diff = diff(in -> in.addField(field("limit", 9, Type.TYPE_INT32)));

    assertThat(diff.changes())
        .containsExactly(
            new Change(Kind.ADDED, "t.In.limit", "t.In.limit (number 9, int32) is new", true));
    assertThat(diff.isCompatible()).isTrue();
  }

  @Test
  void aFieldAddedToAChoiceThatWasThereIsNot() {
    SchemaDiff diff = diff(in -> in.addField(field("url", 9, Type.TYPE_STRING).setOneofIndex(0)));

    assertThat(diff.isCompatible()).isFalse();
    assertThat(diff.text()).isEqualTo("t.In.url (number 9, string, in source) is new");
  }

  @Test
  void aMissingFieldIsNamed() {
    SchemaDiff diff = diff(in -> in.removeField(0));

    assertThat(diff.changes())
        .containsExactly(
            new Change(Kind.REMOVED, "t.In.text", "t.In.text (number 1) is missing", false));
  }

  @Test
  void anotherTypeIsNamedOnBothSides() {
    assertThat(diff(in -> in.getFieldBuilder(0).setType(Type.TYPE_BYTES)).text())
        .isEqualTo("t.In.text is string, not bytes");
  }

  @Test
  void aNewNameOfANumberIsToldAsRenamed() {
    SchemaDiff diff = diff(in -> in.getFieldBuilder(0).setName("body"));

    assertThat(diff.text()).isEqualTo("number 1 of t.In is text, not body");
    assertThat(diff.isCompatible()).isFalse();
  }

  @Test
  void aNewNumberOfANameIsToldAsMoved() {
    SchemaDiff diff = diff(in -> in.getFieldBuilder(0).setNumber(7));

    assertThat(diff.changes()).extracting(Change::kind).containsExactly(Kind.NUMBER);
    assertThat(diff.text()).isEqualTo("t.In.text has the number 1, not 7");
  }

  @Test
  void twoFieldsThatChangedTheirNumbersAreTwoMoves() {
    SchemaDiff diff =
        diff(
            in -> {
              in.getFieldBuilder(0).setNumber(2);
              in.getFieldBuilder(1).setNumber(1);
            });

    assertThat(diff.changes()).extracting(Change::kind).containsExactly(Kind.NUMBER, Kind.NUMBER);
  }

  @Test
  void labelsAndChoicesCount() {
    assertThat(diff(in -> in.getFieldBuilder(0).setLabel(Label.LABEL_REPEATED)).text())
        .isEqualTo("t.In.text is single, not repeated");
    assertThat(
            diff(in -> in.addField(in.getField(2).toBuilder().clearOneofIndex()).removeField(2))
                .text())
        .contains("t.In.file is in oneof source, not in no oneof");
  }

  @Test
  void enumValuesMayBeAddedAndNotRemoved() {
    SchemaDiff added = between(file(), file(in -> {}, kinds -> kinds.addValue(value("NEW", 5))));
    SchemaDiff removed = between(file(), file(in -> {}, kinds -> kinds.removeValue(1)));

    assertThat(added.text()).isEqualTo("t.Kind.NEW (number 5) is new");
    assertThat(added.isCompatible()).isTrue();
    assertThat(removed.text()).isEqualTo("t.Kind.SOME (number 1) is missing");
    assertThat(removed.isCompatible()).isFalse();
  }

  @Test
  void anotherMessageIsNamed() {
    Schema now = schema(file(), "t.In", "t.Out");
    Schema other = schema(file(), "t.Out", "t.Out");

    assertThat(SchemaDiff.between(now, other).text())
        .startsWith("the input message is t.In, not t.Out");
  }

  @Test
  void aRecursiveTypeEndsAndIsToldOnce() {
    SchemaDiff diff = diff(in -> in.getFieldBuilder(4).setName("deeper"));

    assertThat(diff.changes()).hasSize(1);
  }

  @Test
  void whatCannotBeReadDiffersAndIsNotCompatible() {
    SchemaDiff diff =
        SchemaDiff.between(
            new Schema("a", "in", "out", "AA=="), new Schema("b", "in", "out", "%%"));

    assertThat(diff.changes()).extracting(Change::kind).containsExactly(Kind.UNREADABLE);
    assertThat(diff.isCompatible()).isFalse();
    assertThat(diff.text()).contains("schema a, not b");
  }

  @Test
  void programsFindEachChangeByItsPath() {
    assertThat(diff(in -> in.removeField(0)).details())
        .singleElement()
        .satisfies(
            detail -> {
              assertThat(detail.path()).isEqualTo("t.In.text");
              assertThat(detail.kind()).isEqualTo("removed");
            });
  }

  @Test
  void aSetOfFilesFromElsewhereGivesTheSameFingerprintInAnyOrder() {
    FileDescriptorProto base =
        FileDescriptorProto.newBuilder()
            .setName("base.proto")
            .setPackage("b")
            .setSyntax("proto3")
            .addMessageType(DescriptorProto.newBuilder().setName("Held"))
            .build();
    FileDescriptorProto user =
        file().toBuilder().addDependency("base.proto").setName("user.proto").build();

    assertThat(SchemaCodec.parse(set(user, base), "t.In", "t.Out").fingerprint())
        .isEqualTo(SchemaCodec.parse(set(base, user), "t.In", "t.Out").fingerprint());
    assertThatThrownBy(() -> SchemaCodec.parse(set(user), "t.In", "t.Out"))
        .hasMessageContaining("base.proto is imported and missing");
    assertThatThrownBy(() -> SchemaCodec.parse(set(user, base), "t.Nothing", "t.Out"))
        .hasMessageContaining("no message of the name t.Nothing");
    assertThatThrownBy(() -> SchemaCodec.parse("AA==", "t.In", "t.Out"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static SchemaDiff diff(Consumer<DescriptorProto.Builder> change) {
    return between(file(), file(change, kinds -> {}));
  }

  private static SchemaDiff between(FileDescriptorProto now, FileDescriptorProto wanted) {
    return SchemaDiff.between(schema(now, "t.In", "t.Out"), schema(wanted, "t.In", "t.Out"));
  }

  private static Schema schema(FileDescriptorProto file, String input, String output) {
    return SchemaCodec.parse(set(file), input, output);
  }

  private static String set(FileDescriptorProto... files) {
    return Base64.getEncoder()
        .encodeToString(
            FileDescriptorSet.newBuilder()
                .addAllFile(java.util.List.of(files))
                .build()
                .toByteArray());
  }

  private static FileDescriptorProto file() {
    return file(in -> {}, kinds -> {});
  }

  private static FileDescriptorProto file(
      Consumer<DescriptorProto.Builder> in, Consumer<EnumDescriptorProto.Builder> kinds) {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("t.proto")
            .setPackage("t")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("In")
                    .addOneofDecl(OneofDescriptorProto.newBuilder().setName("source"))
                    .addField(field("text", 1, Type.TYPE_STRING))
                    .addField(field("words", 2, Type.TYPE_STRING))
                    .addField(field("file", 3, Type.TYPE_STRING).setOneofIndex(0))
                    .addField(field("kind", 5, Type.TYPE_ENUM).setTypeName(".t.Kind"))
                    .addField(field("more", 6, Type.TYPE_MESSAGE).setTypeName(".t.In"))
                    .addField(field("raw", 4, Type.TYPE_BYTES).setOneofIndex(0)))
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("Out")
                    .addField(field("score", 1, Type.TYPE_DOUBLE)))
            .addEnumType(
                EnumDescriptorProto.newBuilder()
                    .setName("Kind")
                    .addValue(value("NONE", 0))
                    .addValue(value("SOME", 1)));
    in.accept(file.getMessageTypeBuilder(IN));
    kinds.accept(file.getEnumTypeBuilder(0));
    return file.build();
  }

  private static EnumValueDescriptorProto value(String name, int number) {
    return EnumValueDescriptorProto.newBuilder().setName(name).setNumber(number).build();
  }

  private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(Label.LABEL_OPTIONAL)
        .setType(type);
  }
}
