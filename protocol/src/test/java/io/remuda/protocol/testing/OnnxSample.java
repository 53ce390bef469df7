package io.remuda.protocol.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Small ONNX models, written field by field as onnx.proto numbers them, so that no file of anybody
 * else's has to be kept.
 */
public final class OnnxSample {

  public static final int FLOAT = 1;
  public static final int UINT8 = 2;
  public static final int INT8 = 3;
  public static final int INT16 = 5;
  public static final int INT32 = 6;
  public static final int INT64 = 7;
  public static final int STRING = 8;
  public static final int BOOL = 9;
  public static final int FLOAT16 = 10;
  public static final int DOUBLE = 11;

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  /** Writes one message's fields. */
  private interface Fields {
    void to(CodedOutputStream out) throws IOException;
  }

  private OnnxSample() {}

  /**
   * Three classes of points in the plane: {@code x.1} float[n, 2] to {@code scores} float[n, 3],
   * which are x, y and -x-y, and {@code label} int64[n], the highest one's place.
   */
  public static Path classifier(Path file) throws IOException {
    Fields graph =
        out -> {
          message(out, 1, node("MatMul", List.of("x.1", "weights"), "scores", false));
          message(out, 1, node("ArgMax", List.of("scores"), "label", true));
          out.writeString(2, "classifier");
          message(out, 5, weights(new long[] {2, 3}, 1, 0, -1, 0, 1, -1));
          message(out, 11, value("x.1", FLOAT, "n", 2));
          message(out, 12, value("scores", FLOAT, "n", 3));
          message(out, 12, value("label", INT64, "n"));
        };
    return model(file, graph);
  }

  /** Gives what it takes, of one type: {@code in} to {@code out}; dimensions as in a shape. */
  public static Path identity(Path file, int type, Object... shape) throws IOException {
    Fields graph =
        out -> {
          message(out, 1, node("Identity", List.of("in"), "out", false));
          out.writeString(2, "identity");
          message(out, 11, value("in", type, shape));
          message(out, 12, value("out", type, shape));
        };
    return model(file, graph);
  }

  private static Path model(Path file, Fields graph) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(
        file,
        bytes(
                out -> {
                  out.writeInt64(1, IR_VERSION);
                  out.writeString(2, "remuda");
                  message(out, 7, graph);
                  message(out, 8, opset -> opset.writeInt64(2, OPSET));
                })
            .toByteArray());
  }

  private static Fields node(String type, List<String> inputs, String output, boolean rows) {
    return out -> {
      for (String input : inputs) {
        out.writeString(1, input);
      }
      out.writeString(2, output);
      out.writeString(4, type);
      if (rows) {
        message(out, 5, attribute("axis", 1));
        message(out, 5, attribute("keepdims", 0));
      }
    };
  }

  private static Fields attribute(String name, long value) {
    return out -> {
      out.writeString(1, name);
      out.writeInt64(3, value);
      out.writeInt32(20, 2);
    };
  }

  private static Fields weights(long[] shape, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return out -> {
      for (long size : shape) {
        out.writeInt64(1, size);
      }
      out.writeInt32(2, FLOAT);
      out.writeString(8, "weights");
      out.writeBytes(9, ByteString.copyFrom(raw.flip()));
    };
  }

  /** A dimension is a number, or a word where it is open. */
  private static Fields value(String name, int type, Object... shape) {
    Fields dimensions =
        out -> {
          for (Object size : shape) {
            message(
                out,
                1,
                size instanceof Integer number
                    ? each -> each.writeInt64(1, number)
                    : each -> each.writeString(2, size.toString()));
          }
        };
    Fields tensor =
        out -> {
          out.writeInt32(1, type);
          message(out, 2, dimensions);
        };
    return out -> {
      out.writeString(1, name);
      message(out, 2, each -> message(each, 1, tensor));
    };
  }

  private static void message(CodedOutputStream out, int number, Fields fields) throws IOException {
    out.writeBytes(number, bytes(fields));
  }

  private static ByteString bytes(Fields fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.to(out);
      out.flush();
      return ByteString.copyFrom(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
