package io.remuda.node.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Walks a GGUF header from its beginning, and believes no number before it is checked. */
final class GgufReader {
  static final int LONGEST_LIST = 8_192;
  private static final int LONGEST_TEXT = 256 * 1024;
  private static final int LONGEST_NAME = 1_024;
  private static final int MOST_KEYS = 100_000;
  private static final int MOST_TENSORS = 1_000_000;
  private static final int MOST_DIMENSIONS = 4;
  private static final int MAGIC = 0x46554747;

  private final GgufBytes file;
  private final long size;

  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final Map<String, List<Long>> lists = new HashMap<>();
  private final Map<String, Long> lengths = new HashMap<>();

  private GgufReader(GgufBytes file) {
    this.file = file;
    this.size = file.size();
  }

  static GgufHeader read(Path file) throws IOException, BadModelFile {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new GgufReader(new GgufBytes(channel)).header();
    }
  }

  private GgufHeader header() throws IOException, BadModelFile {
    if (size < 24) {
      throw new BadModelFile("the file has " + size + " bytes, too few for a GGUF header");
    }
    if (file.int32("the magic number") != MAGIC) {
      throw new BadModelFile("the file does not begin with GGUF: it is no GGUF file");
    }
    int version = file.int32("the version");
    if (version != 2 && version != 3) {
      throw new BadModelFile(
          Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3
              ? "the file is big-endian, which engines here do not read"
              : "the file has GGUF version "
                  + Integer.toUnsignedString(version)
                  + ", known are 2 and 3; convert it with a newer tool");
    }
    // The least that one tensor and one key can take in the file.
    long tensorCount = count("tensors", MOST_TENSORS, 24);
    long keyCount = count("keys", MOST_KEYS, 13);
    for (long key = 0; key < keyCount; key++) {
      String name = file.text("the name of key " + (key + 1), LONGEST_NAME);
      value(name, file.int32("the type of " + name));
    }
    long alignment = numbers.getOrDefault("general.alignment", 32L);
    if (alignment < 1 || alignment > 65_536 || Long.bitCount(alignment) != 1) {
      throw new BadModelFile("general.alignment is " + alignment + ", not a power of two");
    }
    List<GgufHeader.Tensor> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long index = 0; index < tensorCount; index++) {
      GgufHeader.Tensor tensor = tensor(index);
      if (!names.add(tensor.name())) {
        throw new BadModelFile("tensor " + tensor.name() + " is there twice");
      }
      tensors.add(tensor);
    }
    long dataOffset = Math.min(size, (file.position() + alignment - 1) / alignment * alignment);
    for (GgufHeader.Tensor tensor : tensors) {
      inside(tensor, dataOffset, alignment);
    }
    return new GgufHeader(version, size, dataOffset, texts, numbers, lists, lengths, tensors);
  }

  private void inside(GgufHeader.Tensor tensor, long dataOffset, long alignment)
      throws BadModelFile {
    long room = size - dataOffset;
    if (tensor.offset() < 0 || tensor.offset() > room || tensor.bytes() > room - tensor.offset()) {
      throw new BadModelFile(
          "tensor "
              + tensor.name()
              + " ends beyond the end of the file: it needs "
              + tensor.bytes()
              + " bytes at offset "
              + Long.toUnsignedString(tensor.offset())
              + ", the file has "
              + room
              + " bytes of tensor data; it was cut short or damaged, fetch it again");
    }
    if (tensor.offset() % alignment != 0) {
      throw new BadModelFile(
          "tensor " + tensor.name() + " lies at offset " + tensor.offset() + ", not aligned");
    }
  }

  private GgufHeader.Tensor tensor(long index) throws IOException, BadModelFile {
    String name = file.text("the name of tensor " + (index + 1), LONGEST_NAME);
    int dimensionCount = file.int32("the dimensions of " + name);
    if (dimensionCount < 0 || dimensionCount > MOST_DIMENSIONS) {
      throw new BadModelFile(
          "tensor "
              + name
              + " claims "
              + Integer.toUnsignedString(dimensionCount)
              + " dimensions, at most 4 are possible");
    }
    List<Long> dimensions = new ArrayList<>();
    long elements = 1;
    for (int each = 0; each < dimensionCount; each++) {
      long dimension = file.int64("a dimension of " + name);
      try {
        if (dimension < 1) {
          throw new ArithmeticException("not positive");
        }
        elements = Math.multiplyExact(elements, dimension);
      } catch (ArithmeticException e) {
        throw new BadModelFile("tensor " + name + " has the impossible dimension " + dimension);
      }
      dimensions.add(dimension);
    }
    int type = file.int32("the type of " + name);
    long offset = file.int64("the offset of " + name);
    TensorType known =
        TensorType.of(type)
            .orElseThrow(
                () ->
                    new BadModelFile(
                        "tensor "
                            + name
                            + " has the unknown type "
                            + Integer.toUnsignedString(type)
                            + ": the file is damaged or newer than this version of Remuda"));
    try {
      return new GgufHeader.Tensor(name, dimensions, known.name(), offset, known.bytes(elements));
    } catch (ArithmeticException e) {
      throw new BadModelFile("tensor " + name + " is larger than any file can be");
    }
  }

  private void value(String key, int type) throws IOException, BadModelFile {
    switch (type) {
      case GgufHeader.STRING -> {
        long length = file.length(key, 1);
        if (length <= LONGEST_TEXT) {
          texts.put(key, new String(file.bytes((int) length, key), StandardCharsets.UTF_8));
        } else {
          file.skip(length, key);
        }
      }
      case GgufHeader.ARRAY -> array(key);
      case GgufHeader.FLOAT32, GgufHeader.FLOAT64 -> file.skip(width(type, key), key);
      default -> numbers.put(key, number(type, key));
    }
  }

  private void array(String key) throws IOException, BadModelFile {
    int type = file.int32("the element type of " + key);
    if (type == GgufHeader.ARRAY) {
      throw new BadModelFile(key + " is an array of arrays, which is not read");
    }
    long count = file.length(key, type == GgufHeader.STRING ? 8 : width(type, key));
    lengths.put(key, count);
    if (type == GgufHeader.STRING) {
      for (long each = 0; each < count; each++) {
        file.skip(file.length(key, 1), key);
      }
    } else if (count > LONGEST_LIST || type == GgufHeader.FLOAT32 || type == GgufHeader.FLOAT64) {
      file.skip(count * width(type, key), key);
    } else {
      List<Long> values = new ArrayList<>();
      for (long each = 0; each < count; each++) {
        values.add(number(type, key));
      }
      lists.put(key, values);
    }
  }

  private long number(int type, String key) throws IOException, BadModelFile {
    return switch (type) {
      case GgufHeader.UINT8, GgufHeader.BOOL -> file.need(1, key).get() & 0xFFL;
      case GgufHeader.INT8 -> file.need(1, key).get();
      case GgufHeader.UINT16 -> file.need(2, key).getShort() & 0xFFFFL;
      case GgufHeader.INT16 -> file.need(2, key).getShort();
      case GgufHeader.UINT32 -> Integer.toUnsignedLong(file.int32(key));
      case GgufHeader.INT32 -> file.int32(key);
      case GgufHeader.UINT64, GgufHeader.INT64 -> file.int64(key);
      default -> throw unknownType(type, key);
    };
  }

  private static int width(int type, String key) throws BadModelFile {
    return switch (type) {
      case GgufHeader.UINT8, GgufHeader.INT8, GgufHeader.BOOL -> 1;
      case GgufHeader.UINT16, GgufHeader.INT16 -> 2;
      case GgufHeader.UINT32, GgufHeader.INT32, GgufHeader.FLOAT32 -> 4;
      case GgufHeader.UINT64, GgufHeader.INT64, GgufHeader.FLOAT64 -> 8;
      default -> throw unknownType(type, key);
    };
  }

  private static BadModelFile unknownType(int type, String key) {
    return new BadModelFile(
        "key " + key + " has the unknown type " + Integer.toUnsignedString(type));
  }

  private long count(String what, long most, int leastBytes) throws IOException, BadModelFile {
    long count = file.int64("the number of " + what);
    if (count < 0 || count > most || count > (size - file.position()) / leastBytes) {
      throw new BadModelFile(
          "the header claims "
              + Long.toUnsignedString(count)
              + " "
              + what
              + ", more than a file of "
              + size
              + " bytes can hold");
    }
    return count;
  }
}
