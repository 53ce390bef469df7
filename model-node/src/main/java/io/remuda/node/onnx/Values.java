package io.remuda.node.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.remuda.node.sdk.BadInput;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The values of a message's field as the runtime's tensor, and back; row by row. */
final class Values {

  private Values() {}

  /**
   * The runtime's tensor, to be closed by the caller.
   *
   * @throws BadInput for a value that its type does not hold
   */
  static OnnxTensor toTensor(OrtEnvironment runtime, Tensor tensor, List<?> values, long[] shape)
      throws OrtException {
    int count = values.size();
    switch (tensor.element()) {
      case FLOAT:
        FloatBuffer floats = FloatBuffer.allocate(count);
        values.forEach(value -> floats.put((Float) value));
        return OnnxTensor.createTensor(runtime, floats.flip(), shape);
      case DOUBLE:
        DoubleBuffer doubles = DoubleBuffer.allocate(count);
        values.forEach(value -> doubles.put((Double) value));
        return OnnxTensor.createTensor(runtime, doubles.flip(), shape);
      case INT16:
        ShortBuffer shorts = ShortBuffer.allocate(count);
        values.forEach(
            value -> shorts.put((short) within(tensor, value, Short.MIN_VALUE, Short.MAX_VALUE)));
        return OnnxTensor.createTensor(runtime, shorts.flip(), shape);
      case INT32:
        IntBuffer ints = IntBuffer.allocate(count);
        values.forEach(value -> ints.put((Integer) value));
        return OnnxTensor.createTensor(runtime, ints.flip(), shape);
      case INT64:
        LongBuffer longs = LongBuffer.allocate(count);
        values.forEach(value -> longs.put((Long) value));
        return OnnxTensor.createTensor(runtime, longs.flip(), shape);
      case INT8:
        ByteBuffer signed = ByteBuffer.allocate(count);
        values.forEach(
            value -> signed.put((byte) within(tensor, value, Byte.MIN_VALUE, Byte.MAX_VALUE)));
        return OnnxTensor.createTensor(runtime, signed.flip(), shape, OnnxJavaType.INT8);
      case UINT8:
        ByteBuffer unsigned = ByteBuffer.allocate(count);
        values.forEach(value -> unsigned.put((byte) within(tensor, value, 0, 255)));
        return OnnxTensor.createTensor(runtime, unsigned.flip(), shape, OnnxJavaType.UINT8);
      case BOOL:
        ByteBuffer flags = ByteBuffer.allocate(count);
        values.forEach(value -> flags.put((byte) ((Boolean) value ? 1 : 0)));
        return OnnxTensor.createTensor(runtime, flags.flip(), shape, OnnxJavaType.BOOL);
      case STRING:
        return OnnxTensor.createTensor(runtime, values.toArray(new String[0]), shape);
    }
    throw new IllegalStateException("a new kind of element: " + tensor.element());
  }

  private static int within(Tensor tensor, Object value, int least, int most) {
    int number = (Integer) value;
    if (number < least || number > most) {
      throw new BadInput(
          tensor + " takes values from " + least + " to " + most + ", and not " + number);
    }
    return number;
  }

  /** What the runtime's tensor holds, in the form of the message's field. */
  static List<?> of(OnnxTensor tensor, Element element) throws OrtException {
    return switch (element) {
      case FLOAT -> list(tensor.getFloatBuffer().remaining(), tensor.getFloatBuffer()::get);
      case DOUBLE -> list(tensor.getDoubleBuffer().remaining(), tensor.getDoubleBuffer()::get);
      case INT32 -> list(tensor.getIntBuffer().remaining(), tensor.getIntBuffer()::get);
      case INT64 -> list(tensor.getLongBuffer().remaining(), tensor.getLongBuffer()::get);
      case INT16 -> {
        ShortBuffer shorts = tensor.getShortBuffer();
        yield list(shorts.remaining(), at -> (int) shorts.get(at));
      }
      case INT8 -> {
        ByteBuffer bytes = tensor.getByteBuffer();
        yield list(bytes.remaining(), at -> (int) bytes.get(at));
      }
      case UINT8 -> {
        ByteBuffer bytes = tensor.getByteBuffer();
        yield list(bytes.remaining(), at -> bytes.get(at) & 0xff);
      }
      case BOOL -> {
        ByteBuffer bytes = tensor.getByteBuffer();
        yield list(bytes.remaining(), at -> bytes.get(at) != 0);
      }
      case STRING -> {
        List<Object> texts = new ArrayList<>();
        flatten(tensor.getValue(), texts);
        yield texts;
      }
    };
  }

  private static List<Object> list(int count, IntFunction<Object> value) {
    List<Object> values = new ArrayList<>(count);
    for (int at = 0; at < count; at++) {
      values.add(value.apply(at));
    }
    return values;
  }

  private static void flatten(Object value, List<Object> into) {
    if (value instanceof Object[] row) {
      for (Object each : row) {
        flatten(each, into);
      }
    } else {
      into.add(value);
    }
  }
}
