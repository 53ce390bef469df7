package io.remuda.gateway.typed;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.util.JsonFormat;
import io.remuda.protocol.model.Schema;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One schema, parsed: the types of what goes in and what comes out. Immutable. */
public final class TypedModel implements TypedCodec {

  private final Schema schema;
  private final byte[] descriptors;
  private final MessageShapes shapes;
  private final MessageType input;
  private final MessageType output;

  private TypedModel(
      Schema schema, byte[] descriptors, Descriptor in, Descriptor out, TypedSettings limits) {
    this.schema = schema;
    this.descriptors = descriptors;
    this.shapes = new MessageShapes(in, out);
    JsonFormat.TypeRegistry registry =
        JsonFormat.TypeRegistry.newBuilder()
            .add(shapes.all().stream().map(MessageShape::type).toList())
            .build();
    this.input = new MessageType(in, shapes, registry, limits);
    this.output = new MessageType(out, shapes, registry, limits);
  }

  /**
   * Throws IllegalArgumentException, with a sentence, for descriptors that do not hold together.
   */
  static TypedModel parse(Schema schema, TypedSettings limits) {
    byte[] bytes = Base64.getDecoder().decode(schema.descriptors());
    try {
      Map<String, FileDescriptorProto> protos = new HashMap<>();
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(bytes).getFileList()) {
        protos.put(file.getName(), file);
      }
      Map<String, FileDescriptor> built = new HashMap<>();
      for (String name : protos.keySet()) {
        build(name, protos, built, new HashSet<>());
      }
      return new TypedModel(
          schema, bytes, find(schema.inputType(), built), find(schema.outputType(), built), limits);
    } catch (InvalidProtocolBufferException | DescriptorValidationException e) {
      throw new IllegalArgumentException("the descriptors are broken: " + e.getMessage(), e);
    }
  }

  private static FileDescriptor build(
      String name,
      Map<String, FileDescriptorProto> protos,
      Map<String, FileDescriptor> built,
      Set<String> open)
      throws DescriptorValidationException {
    FileDescriptor done = built.get(name);
    if (done != null) {
      return done;
    }
    FileDescriptorProto proto = protos.get(name);
    if (proto == null || !open.add(name)) {
      throw new IllegalArgumentException(
          "the file " + name + (proto == null ? " is missing" : " imports itself"));
    }
    List<FileDescriptor> imports = new ArrayList<>();
    for (String each : proto.getDependencyList()) {
      imports.add(build(each, protos, built, open));
    }
    FileDescriptor file = FileDescriptor.buildFrom(proto, imports.toArray(new FileDescriptor[0]));
    built.put(name, file);
    return file;
  }

  private static Descriptor find(String fullName, Map<String, FileDescriptor> files) {
    return files.values().stream()
        .flatMap(file -> file.getMessageTypes().stream())
        .map(type -> within(type, fullName))
        .filter(found -> !found.isEmpty())
        .findFirst()
        .map(found -> found.get(0))
        .orElseThrow(() -> new IllegalArgumentException("there is no message " + fullName));
  }

  private static List<Descriptor> within(Descriptor type, String fullName) {
    if (type.getFullName().equals(fullName)) {
      return List.of(type);
    }
    return fullName.startsWith(type.getFullName() + ".")
        ? type.getNestedTypes().stream().flatMap(t -> within(t, fullName).stream()).toList()
        : List.of();
  }

  @Override
  public String fingerprint() {
    return schema.fingerprint();
  }

  @Override
  public Decoded toBinary(String contentType, byte[] body) {
    Optional<MediaTypes.Form> form = MediaTypes.ofContent(contentType);
    if (form.isEmpty()) {
      return new Decoded.Bad(MediaTypes.notTaken(contentType), "");
    }
    return toBinary(form.get(), body);
  }

  Decoded toBinary(MediaTypes.Form form, byte[] body) {
    try {
      byte[] binary = form == MediaTypes.Form.PROTOBUF ? input.checked(body) : input.fromJson(body);
      return new Decoded.Message(UnsafeByteOperations.unsafeWrap(binary));
    } catch (BadMessage e) {
      return new Decoded.Bad(e.refused(), e.path());
    }
  }

  @Override
  public byte[] toJson(ByteString message) {
    try {
      return output.toJson(message.toByteArray());
    } catch (BadMessage e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public Schema schema() {
    return schema;
  }

  public MessageType input() {
    return input;
  }

  public MessageType output() {
    return output;
  }

  /** A serialized {@code google.protobuf.FileDescriptorSet}. */
  public byte[] descriptors() {
    return descriptors.clone();
  }

  MessageShapes shapes() {
    return shapes;
  }
}
