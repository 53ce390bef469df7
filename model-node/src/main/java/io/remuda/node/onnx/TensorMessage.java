package io.remuda.node.onnx;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The message of a model's inputs, or of its outputs: a repeated field of values for each tensor,
 * in the file's order, and {@code <name>_shape} behind the values of a tensor whose shape is open.
 * A field has the tensor's name, each character that protobuf does not allow as {@code _}; in JSON
 * it has the tensor's own name too.
 */
final class TensorMessage {

  /**
   * One tensor's fields.
   *
   * @param shape empty where the file fixes the shape
   */
  record Fields(Tensor tensor, FieldDescriptor values, Optional<FieldDescriptor> shape) {}

  private final Descriptor type;
  private final List<Fields> fields;

  private TensorMessage(Descriptor type, List<Fields> fields) {
    this.type = type;
    this.fields = List.copyOf(fields);
  }

  /**
   * @param name of the message, such as {@code Input}; its package is {@code onnx}
   */
  static TensorMessage of(String name, List<Tensor> tensors) {
    Set<String> taken = new HashSet<>();
    List<String> names = names(tensors, taken);
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    List<Integer> shapes = new ArrayList<>();
    for (int at = 0; at < tensors.size(); at++) {
      Tensor tensor = tensors.get(at);
      message.addField(
          field(message, names.get(at), tensor.element().type()).setJsonName(tensor.name()));
      shapes.add(tensor.isOpen() ? message.getFieldCount() : -1);
      if (tensor.isOpen()) {
        String shape = free(names.get(at) + "_shape", taken);
        message.addField(field(message, shape, Type.TYPE_INT64).setJsonName(shape));
      }
    }
    Descriptor type = built(message);
    List<Fields> fields = new ArrayList<>();
    for (int at = 0; at < tensors.size(); at++) {
      Optional<FieldDescriptor> shape =
          shapes.get(at) < 0 ? Optional.empty() : Optional.of(type.getFields().get(shapes.get(at)));
      fields.add(new Fields(tensors.get(at), type.findFieldByName(names.get(at)), shape));
    }
    return new TensorMessage(type, fields);
  }

  /** Names that need no change come first, so that no other takes one of theirs. */
  private static List<String> names(List<Tensor> tensors, Set<String> taken) {
    tensors.stream()
        .map(Tensor::name)
        .filter(name -> name.equals(allowed(name)))
        .forEach(taken::add);
    List<String> names = new ArrayList<>();
    for (Tensor tensor : tensors) {
      String name = allowed(tensor.name());
      names.add(name.equals(tensor.name()) ? name : free(name, taken));
    }
    return names;
  }

  private static String allowed(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
    return plain.matches("[A-Za-z].*") ? plain : "t" + plain;
  }

  private static String free(String wanted, Set<String> taken) {
    String name = wanted;
    for (int next = 2; !taken.add(name); next++) {
      name = wanted + "_" + next;
    }
    return name;
  }

  private static FieldDescriptorProto.Builder field(
      DescriptorProto.Builder message, String name, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(message.getFieldCount() + 1)
        .setLabel(Label.LABEL_REPEATED)
        .setType(type);
  }

  private static Descriptor built(DescriptorProto.Builder message) {
    try {
      FileDescriptorProto file =
          FileDescriptorProto.newBuilder()
              .setName("onnx/" + message.getName() + ".proto")
              .setPackage("onnx")
              .setSyntax("proto3")
              .addMessageType(message)
              .build();
      return FileDescriptor.buildFrom(file, new FileDescriptor[0]).getMessageTypes().get(0);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("the names of a model's tensors make no message", e);
    }
  }

  Descriptor type() {
    return type;
  }

  List<Fields> fields() {
    return fields;
  }
}
