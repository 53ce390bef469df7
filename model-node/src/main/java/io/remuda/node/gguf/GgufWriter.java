package io.remuda.node.gguf;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a GGUF file of version 3 with F32 tensors, row by row, so that a large one needs no
 * memory.
 */
final class GgufWriter {
  static final int TOKEN_NORMAL = 1;
  static final int TOKEN_UNKNOWN = 2;
  static final int TOKEN_CONTROL = 3;
  static final int TOKEN_USER_DEFINED = 4;
  static final int TOKEN_BYTE = 6;

  private static final int ALIGNMENT = 32;

  /** {@code rows} of {@code width} numbers; one row is a vector. */
  private record Tensor(String name, int width, int rows) {
    long bytes() {
      return 4L * width * rows;
    }
  }

  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private final List<Tensor> tensors = new ArrayList<>();
  private int keyCount;

  void string(String key, String value) {
    key(key, GgufHeader.STRING);
    text(keys, value);
  }

  void uint32(String key, int value) {
    key(key, GgufHeader.UINT32);
    uint32(keys, value);
  }

  void float32(String key, float value) {
    key(key, GgufHeader.FLOAT32);
    uint32(keys, Float.floatToIntBits(value));
  }

  void bool(String key, boolean value) {
    key(key, GgufHeader.BOOL);
    keys.write(value ? 1 : 0);
  }

  void strings(String key, List<String> values) {
    array(key, GgufHeader.STRING, values.size());
    values.forEach(value -> text(keys, value));
  }

  void int32s(String key, List<Integer> values) {
    array(key, GgufHeader.INT32, values.size());
    values.forEach(value -> uint32(keys, value));
  }

  void zeros(String key, int count) {
    array(key, GgufHeader.FLOAT32, count);
    keys.writeBytes(new byte[4 * count]);
  }

  void tensor(String name, int width, int rows) {
    tensors.add(new Tensor(name, width, rows));
  }

  /** Writes beside {@code file} and moves it there, so that nobody ever reads half of one. */
  void write(Path file, LlamaShape.Rows rows) throws IOException {
    Path half = file.resolveSibling(file.getFileName() + ".part");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(half), 1 << 20)) {
      byte[] header = header();
      out.write(header);
      out.write(new byte[padding(header.length)]);
      for (Tensor tensor : tensors) {
        float[] values = new float[tensor.width()];
        ByteBuffer row = ByteBuffer.allocate(4 * tensor.width()).order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 0; index < tensor.rows(); index++) {
          Arrays.fill(values, 0);
          rows.fill(tensor.name(), index, values);
          row.clear();
          row.asFloatBuffer().put(values);
          out.write(row.array());
        }
        out.write(new byte[padding(tensor.bytes())]);
      }
    }
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private byte[] header() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    uint32(out, 3);
    uint64(out, tensors.size());
    uint64(out, keyCount);
    out.writeBytes(keys.toByteArray());
    long offset = 0;
    for (Tensor tensor : tensors) {
      text(out, tensor.name());
      boolean vector = tensor.rows() == 1;
      uint32(out, vector ? 1 : 2);
      uint64(out, tensor.width());
      if (!vector) {
        uint64(out, tensor.rows());
      }
      uint32(out, 0);
      uint64(out, offset);
      offset += tensor.bytes() + padding(tensor.bytes());
    }
    return out.toByteArray();
  }

  private void key(String name, int type) {
    keyCount++;
    text(keys, name);
    uint32(keys, type);
  }

  private void array(String name, int type, int count) {
    key(name, GgufHeader.ARRAY);
    uint32(keys, type);
    uint64(keys, count);
  }

  private static void text(ByteArrayOutputStream out, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    uint64(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void uint32(ByteArrayOutputStream out, int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void uint64(ByteArrayOutputStream out, long value) {
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  private static int padding(long size) {
    return (int) ((ALIGNMENT - size % ALIGNMENT) % ALIGNMENT);
  }
}
