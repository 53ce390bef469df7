package io.remuda.gateway.typed;

import com.google.protobuf.Descriptors.FieldDescriptor;

/**
 * The datatype of a tensor of the Open Inference Protocol that a field of a message is. What has no
 * datatype there, a message, a map or a value of an enum, is BYTES that hold its JSON.
 */
enum TensorType {
  BOOL,
  INT32,
  INT64,
  UINT32,
  UINT64,
  FP32,
  FP64,
  BYTES;

  static TensorType of(FieldDescriptor field) {
    return switch (field.getType()) {
      case BOOL -> BOOL;
      case INT32, SINT32, SFIXED32 -> INT32;
      case INT64, SINT64, SFIXED64 -> INT64;
      case UINT32, FIXED32 -> UINT32;
      case UINT64, FIXED64 -> UINT64;
      case FLOAT -> FP32;
      case DOUBLE -> FP64;
      case STRING, BYTES, ENUM, MESSAGE, GROUP -> BYTES;
    };
  }

  /** Whether an element of the tensor is a text in which there is JSON. */
  static boolean holdsJson(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
  }

  /** Whether it may have any number of elements, and not one alone. */
  static boolean isList(FieldDescriptor field) {
    return field.isRepeated() && !field.isMapField();
  }
}
