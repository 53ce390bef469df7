package io.remuda.node.onnx;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import java.util.Locale;

/** What a tensor is made of, of what is served; and how protobuf writes it. */
enum Element {
  FLOAT(Type.TYPE_FLOAT),
  DOUBLE(Type.TYPE_DOUBLE),
  INT8(Type.TYPE_INT32),
  INT16(Type.TYPE_INT32),
  INT32(Type.TYPE_INT32),
  INT64(Type.TYPE_INT64),
  UINT8(Type.TYPE_UINT32),
  BOOL(Type.TYPE_BOOL),
  STRING(Type.TYPE_STRING);

  private final Type type;

  Element(Type type) {
    this.type = type;
  }

  Type type() {
    return type;
  }

  /** As ONNX calls it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
