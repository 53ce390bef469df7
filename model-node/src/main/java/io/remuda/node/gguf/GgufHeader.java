package io.remuda.node.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a GGUF file says of itself, every length and offset checked against the file's size: a
 * header that was read is one whose tensors all lie inside the file.
 *
 * @param texts keys with a string; long ones are left out
 * @param numbers keys with a whole number or a boolean; booleans are 0 and 1
 * @param lists keys with an array of at most {@link GgufReader#LONGEST_LIST} whole numbers
 * @param lengths how many elements each array has, of whatever type
 */
public record GgufHeader(
    int version,
    long fileBytes,
    long dataOffset,
    Map<String, String> texts,
    Map<String, Long> numbers,
    Map<String, List<Long>> lists,
    Map<String, Long> lengths,
    List<Tensor> tensors) {

  static final int UINT8 = 0;
  static final int INT8 = 1;
  static final int UINT16 = 2;
  static final int INT16 = 3;
  static final int UINT32 = 4;
  static final int INT32 = 5;
  static final int FLOAT32 = 6;
  static final int BOOL = 7;
  static final int STRING = 8;
  static final int ARRAY = 9;
  static final int UINT64 = 10;
  static final int INT64 = 11;
  static final int FLOAT64 = 12;

  /**
   * One tensor.
   *
   * @param type the packing's name, for instance {@code Q4_K}
   * @param bytes what it takes in the file and in memory
   */
  public record Tensor(String name, List<Long> dimensions, String type, long offset, long bytes) {
    public Tensor {
      dimensions = List.copyOf(dimensions);
    }
  }

  public GgufHeader {
    texts = Map.copyOf(texts);
    numbers = Map.copyOf(numbers);
    lists = Map.copyOf(lists);
    lengths = Map.copyOf(lengths);
    tensors = List.copyOf(tensors);
  }

  /**
   * Reads the header of {@code file}; the tensors' data is never touched. Needs memory in
   * proportion to the header's real content, whatever counts it claims.
   */
  public static GgufHeader read(Path file) throws IOException, BadModelFile {
    return GgufReader.read(file);
  }

  public String architecture() {
    return texts.getOrDefault("general.architecture", "");
  }

  public Optional<String> text(String key) {
    return Optional.ofNullable(texts.get(key));
  }

  /** The number under {@code <architecture>.<key>}. */
  public OptionalLong number(String key) {
    Long value = numbers.get(architecture() + "." + key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** The per-layer numbers under {@code <architecture>.<key>}; empty where it is none or one. */
  public List<Long> list(String key) {
    return lists.getOrDefault(architecture() + "." + key, List.of());
  }

  /** Of all tensors together. */
  public long weightBytes() {
    return tensors.stream().mapToLong(Tensor::bytes).sum();
  }

  /** How many tokens its vocabulary has; 0 when it does not say. */
  public long vocabulary() {
    return lengths.getOrDefault("tokenizer.ggml.tokens", number("vocab_size").orElse(0));
  }
}
