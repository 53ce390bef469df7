package io.remuda.gateway.typed;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import io.remuda.protocol.model.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/** Schemas for tests. */
public final class Protos {

  public static final TypedSettings SETTINGS = new TypedSettings(64, false, 1 << 20, 8);

  private Protos() {}

  /** Of shop.Order to shop.Order: one of each kind of field. */
  public static Schema orders() {
    return schema("orders", "shop.Order", "shop.Order");
  }

  public static Schema schema(String fingerprint, String input, String output) {
    return schema(fingerprint, input, output, files());
  }

  static Schema schema(String fingerprint, String input, String output, FileDescriptorSet files) {
    return new Schema(
        fingerprint, input, output, Base64.getEncoder().encodeToString(files.toByteArray()));
  }

  static TypedModel model(String input, String output) {
    return TypedModel.parse(schema(input + output, input, output), SETTINGS);
  }

  static FileDescriptorSet files() {
    try (InputStream in =
        Objects.requireNonNull(Protos.class.getResourceAsStream("orders.txtpb"))) {
      FileDescriptorSet.Builder files = FileDescriptorSet.newBuilder();
      // The option google.api.field_behavior is not known here, as it is not to a gateway.
      String text =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .replace("options { 1052: 2 }", "options { deprecated: true }");
      TextFormat.merge(text, files);
      return withRequired(files.build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileDescriptorSet withRequired(FileDescriptorSet files) {
    FileDescriptorSet.Builder changed = files.toBuilder();
    changed
        .getFileBuilderList()
        .forEach(
            file ->
                file.getMessageTypeBuilderList()
                    .forEach(
                        type ->
                            type.getFieldBuilderList().stream()
                                .filter(field -> field.getOptions().getDeprecated())
                                .forEach(
                                    field ->
                                        field
                                            .getOptionsBuilder()
                                            .clearDeprecated()
                                            .setUnknownFields(
                                                UnknownFieldSet.newBuilder()
                                                    .addField(
                                                        1052,
                                                        UnknownFieldSet.Field.newBuilder()
                                                            .addVarint(2)
                                                            .build())
                                                    .build()))));
    return changed.build();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static DynamicMessage parsed(MessageType type, byte[] bytes) {
    try {
      return DynamicMessage.parseFrom(type.descriptor(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
