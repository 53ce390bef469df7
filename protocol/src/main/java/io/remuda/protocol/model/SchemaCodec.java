package io.remuda.protocol.model;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes a {@link Schema} of two message types. The fingerprint is that of a canonical text: every
 * type that can be reached, by name, with its fields by number; comments, JSON names, options and
 * the order of files and declarations do not count.
 */
public final class SchemaCodec {

  private SchemaCodec() {}

  public static Schema of(Descriptor input, Descriptor output) {
    String canonical =
        "in "
            + input.getFullName()
            + "\nout "
            + output.getFullName()
            + "\n"
            + String.join("", types(input, output).values());
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    collect(input.getFile(), files);
    collect(output.getFile(), files);
    FileDescriptorSet set =
        FileDescriptorSet.newBuilder()
            .addAllFile(
                files.values().stream()
                    .map(file -> file.toBuilder().clearSourceCodeInfo().build())
                    .toList())
            .build();
    return new Schema(
        sha256(canonical),
        input.getFullName(),
        output.getFullName(),
        Base64.getEncoder().encodeToString(set.toByteArray()));
  }

  /**
   * The schema of two types of a set of files, as another language's protobuf compiler writes it.
   *
   * @param base64 a serialized {@code FileDescriptorSet}
   * @throws IllegalArgumentException with a sentence that says what is wrong with it
   */
  public static Schema parse(String base64, String inputType, String outputType) {
    SchemaFiles files = SchemaFiles.parse(base64);
    return of(find(files, inputType), find(files, outputType));
  }

  private static Descriptor find(SchemaFiles files, String type) {
    return files
        .find(type)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "it holds no message of the name "
                        + type
                        + "; name it with its package, such as demo.TextIn"));
  }

  /** Dependencies before the files that use them, as readers of a set expect. */
  private static void collect(FileDescriptor file, Map<String, FileDescriptorProto> files) {
    if (!files.containsKey(file.getName())) {
      file.getDependencies().forEach(each -> collect(each, files));
      files.put(file.getName(), file.toProto());
    }
  }

  /** All that can be reached, one after the other: a long chain must not fill the stack. */
  private static SortedMap<String, String> types(Descriptor... roots) {
    SortedMap<String, String> types = new TreeMap<>();
    Deque<Descriptor> open = new ArrayDeque<>(List.of(roots));
    while (!open.isEmpty()) {
      Descriptor type = open.remove();
      // A look before the text is made: a type with many fields of its own type comes as often.
      if (types.containsKey(type.getFullName())) {
        continue;
      }
      types.put(type.getFullName(), message(type));
      for (FieldDescriptor field : type.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          open.add(field.getMessageType());
        } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
          types.computeIfAbsent(
              field.getEnumType().getFullName(), name -> enumeration(field.getEnumType()));
        }
      }
    }
    return types;
  }

  private static String message(Descriptor type) {
    return "message "
        + type.getFullName()
        + "\n"
        + type.getFields().stream()
            .sorted(Comparator.comparingInt(FieldDescriptor::getNumber))
            .map(SchemaCodec::field)
            .collect(Collectors.joining());
  }

  private static String field(FieldDescriptor field) {
    String label =
        field.isRepeated()
            ? "repeated"
            : field.isRequired() ? "required" : field.hasPresence() ? "present" : "plain";
    OneofDescriptor choice = field.getRealContainingOneof();
    GenericDescriptor named =
        switch (field.getJavaType()) {
          case MESSAGE -> field.getMessageType();
          case ENUM -> field.getEnumType();
          default -> null;
        };
    return "  "
        + field.getNumber()
        + " "
        + field.getName()
        + " "
        + field.getType()
        + (named == null ? "" : " " + named.getFullName())
        + " "
        + label
        + (choice == null ? "" : " of " + choice.getName())
        + "\n";
  }

  private static String enumeration(EnumDescriptor type) {
    return "enum "
        + type.getFullName()
        + "\n"
        + type.getValues().stream()
            .sorted(
                Comparator.comparingInt(EnumValueDescriptor::getNumber)
                    .thenComparing(EnumValueDescriptor::getName))
            .map(value -> "  " + value.getNumber() + " " + value.getName() + "\n")
            .collect(Collectors.joining());
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
