package io.remuda.node.gguf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The memory of a model in Hugging Face's form, from its config.json and the index or sizes of its
 * weights. The cache is a formula, not a fact: some models share or drop parts of it.
 */
public final class HuggingFaceEstimate {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_CONFIG_BYTES = 4L * 1024 * 1024;
  private static final long MAX_INDEX_BYTES = 64L * 1024 * 1024;

  private HuggingFaceEstimate() {}

  /**
   * Of the model in {@code folder}, over all GPUs that share it.
   *
   * @param context tokens a request may span; 0: what the model was made for
   */
  public static MemoryEstimate of(Path folder, int context, int slots)
      throws IOException, BadModelFile {
    JsonNode whole = json(folder.resolve("config.json"), MAX_CONFIG_BYTES);
    // Models with pictures keep the numbers of their language part one level down.
    JsonNode config = whole.has("text_config") ? whole.path("text_config") : whole;
    long layers = positive(config, "num_hidden_layers");
    long heads = positive(config, "num_attention_heads");
    long keyHeads = config.path("num_key_value_heads").asLong(heads);
    long hidden = positive(config, "hidden_size");
    long headSize = config.path("head_dim").asLong(hidden / heads);
    int bytes = dtypeBytes(config, whole);
    long made = config.path("max_position_embeddings").asLong(4096);
    long tokens = (context > 0 ? (long) context : made) * slots;
    long cache = 2 * layers * keyHeads * headSize * bytes * tokens;
    long weights = weightBytes(folder);
    long compute = 512L * 4 * (config.path("vocab_size").asLong(0) + 8 * hidden);
    return new MemoryEstimate(
        weights,
        cache,
        compute,
        weights > 0,
        false,
        "weights "
            + MemoryEstimate.mib(weights)
            + " MiB "
            + (weights > 0 ? "from the files" : "unknown")
            + ", cache "
            + MemoryEstimate.mib(cache)
            + " MiB for "
            + tokens
            + " tokens by formula, buffers guessed");
  }

  private static long weightBytes(Path folder) throws IOException, BadModelFile {
    Path index = folder.resolve("model.safetensors.index.json");
    if (Files.exists(index)) {
      long total = json(index, MAX_INDEX_BYTES).at("/metadata/total_size").asLong(0);
      if (total > 0) {
        return total;
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> weights = files.filter(each -> each.toString().endsWith(".safetensors")).toList();
      long sum = 0;
      for (Path each : weights) {
        sum += Files.size(each);
      }
      return sum;
    }
  }

  private static int dtypeBytes(JsonNode config, JsonNode whole) {
    String name =
        Stream.of(config, whole)
            .flatMap(node -> Stream.of(node.path("dtype"), node.path("torch_dtype")))
            .map(JsonNode::asText)
            .filter(text -> !text.isBlank())
            .findFirst()
            .orElse("float16");
    return switch (name) {
      case "float32", "float" -> 4;
      case "float8_e4m3fn", "float8_e5m2", "int8" -> 1;
      default -> 2;
    };
  }

  private static long positive(JsonNode config, String key) throws BadModelFile {
    long value = config.path(key).asLong(0);
    if (value < 1 || value > 1_000_000_000L) {
      throw new BadModelFile("config.json has no usable " + key);
    }
    return value;
  }

  private static JsonNode json(Path file, long mostBytes) throws IOException, BadModelFile {
    if (!Files.isRegularFile(file)) {
      throw new BadModelFile(
          "there is no "
              + file.getFileName()
              + " in the model's folder: is the download complete?");
    }
    if (Files.size(file) > mostBytes) {
      throw new BadModelFile(file.getFileName() + " is larger than " + mostBytes + " bytes");
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new BadModelFile(file.getFileName() + " is not JSON: " + e.getOriginalMessage());
    }
  }
}
