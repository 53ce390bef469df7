package io.remuda.protocol.model;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The message types of a serialized {@code FileDescriptorSet}, in any order of its files. Every
 * file that one of them imports must be in the set.
 */
final class SchemaFiles {

  /** Deeper chains of imports are no schema but an attack on the stack. */
  private static final int DEEPEST = 64;

  private final Map<String, FileDescriptorProto> protos = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> built = new HashMap<>();

  private SchemaFiles(FileDescriptorSet set) {
    set.getFileList().forEach(file -> protos.put(file.getName(), file));
  }

  /**
   * The files of {@code base64}.
   *
   * @throws IllegalArgumentException with a sentence when they are no whole set
   */
  static SchemaFiles parse(String base64) {
    try {
      SchemaFiles files =
          new SchemaFiles(FileDescriptorSet.parseFrom(Base64.getDecoder().decode(base64)));
      for (String name : files.protos.keySet()) {
        files.build(name, new HashSet<>());
      }
      return files;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("it is no serialized FileDescriptorSet", e);
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException("its types do not hold together: " + e.getMessage(), e);
    }
  }

  Optional<Descriptor> find(String fullName) {
    return built.values().stream()
        .flatMap(file -> file.getMessageTypes().stream())
        .flatMap(type -> in(type, fullName).stream())
        .findFirst();
  }

  private static Optional<Descriptor> in(Descriptor type, String fullName) {
    if (type.getFullName().equals(fullName)) {
      return Optional.of(type);
    }
    // Nested types are named after those around them.
    return fullName.startsWith(type.getFullName() + ".")
        ? type.getNestedTypes().stream().flatMap(each -> in(each, fullName).stream()).findFirst()
        : Optional.empty();
  }

  private FileDescriptor build(String name, Set<String> above)
      throws DescriptorValidationException {
    FileDescriptor known = built.get(name);
    if (known != null) {
      return known;
    }
    FileDescriptorProto proto = protos.get(name);
    if (proto == null) {
      throw new IllegalArgumentException(
          "the file " + name + " is imported and missing; make the set with --include_imports");
    }
    if (!above.add(name) || above.size() > DEEPEST) {
      throw new IllegalArgumentException("the imports of " + name + " run in a circle");
    }
    FileDescriptor[] imports = new FileDescriptor[proto.getDependencyCount()];
    for (int i = 0; i < imports.length; i++) {
      imports[i] = build(proto.getDependency(i), above);
    }
    above.remove(name);
    FileDescriptor file = FileDescriptor.buildFrom(proto, imports);
    built.put(name, file);
    return file;
  }
}
