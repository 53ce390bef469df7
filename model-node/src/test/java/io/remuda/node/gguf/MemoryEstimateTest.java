package io.remuda.node.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.model.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryEstimateTest {
  @TempDir Path folder;

  /** The numbers of a model of 8 billion parameters with 8 heads for keys. */
  private static GgufHeader eightBillion(Map<String, List<Long>> lists) {
    return new GgufHeader(
        3,
        5_000_000_000L,
        4096,
        Map.of("general.architecture", "llama"),
        Map.of(
            "llama.block_count", 32L,
            "llama.attention.head_count", 32L,
            "llama.attention.head_count_kv", 8L,
            "llama.embedding_length", 4096L,
            "llama.feed_forward_length", 14336L,
            "llama.context_length", 8192L),
        lists,
        Map.of("tokenizer.ggml.tokens", 128_256L),
        List.of(new GgufHeader.Tensor("w", List.of(4_900_000_000L), "I8", 0, 4_900_000_000L)));
  }

  @Test
  void countsTheCacheOfAllSlots() {
    MemoryEstimate estimate = MemoryEstimate.of(eightBillion(Map.of()), 4096, 2);

    // 32 layers x 8 heads x (128 + 128) numbers x 2 bytes = 128 KiB a token.
    assertThat(estimate.cacheBytes()).isEqualTo(128L * 1024 * 8192);
    assertThat(estimate.weightBytes()).isEqualTo(4_900_000_000L);
    assertThat(estimate.weightsExact()).isTrue();
    assertThat(estimate.cacheExact()).isTrue();
    assertThat(estimate.note()).contains("from the header").contains("guessed");
  }

  @Test
  void takesTheModelsOwnContextWhenNoneIsStated() {
    assertThat(MemoryEstimate.of(eightBillion(Map.of()), 0, 4).cacheBytes())
        .isEqualTo(128L * 1024 * 8192);
  }

  @Test
  void countsLayersThatDiffer() {
    // given: half of the layers keep no cache at all
    List<Long> heads = new ArrayList<>();
    for (int layer = 0; layer < 32; layer++) {
      heads.add(layer % 2 == 0 ? 8L : 0L);
    }

    // when
    MemoryEstimate estimate =
        MemoryEstimate.of(eightBillion(Map.of("llama.attention.head_count_kv", heads)), 4096, 2);

    // then
    assertThat(estimate.cacheBytes()).isEqualTo(64L * 1024 * 8192);
  }

  @Test
  void guessesAtLeastWhatARealVocabularyNeeds() {
    assertThat(MemoryEstimate.of(eightBillion(Map.of()), 4096, 1).computeBytes())
        .isGreaterThan(300L * 1024 * 1024);
  }

  @Test
  void claimsGpusOrTheHost() {
    MemoryEstimate estimate = MemoryEstimate.of(eightBillion(Map.of()), 4096, 1);

    Resources host = estimate.claim(0, 2);
    Resources gpu = estimate.claim(1, 2);

    assertThat(host.gpuMemoryMiB()).isZero();
    assertThat(host.memoryMiB()).isGreaterThan(5_000);
    assertThat(gpu.gpuMemoryMiB()).isGreaterThan(host.memoryMiB());
    assertThat(gpu.memoryMiB()).isLessThan(1_000);
  }

  @Test
  void estimatesAHuggingFaceModelFromItsConfigAndIndex() throws Exception {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "hidden_size":4096,"torch_dtype":"bfloat16","vocab_size":128256,
         "max_position_embeddings":131072}
        """);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\":{\"total_size\":16060522496}}");

    MemoryEstimate estimate = HuggingFaceEstimate.of(folder, 4096, 2);

    assertThat(estimate.weightBytes()).isEqualTo(16_060_522_496L);
    assertThat(estimate.cacheBytes()).isEqualTo(128L * 1024 * 8192);
    assertThat(estimate.cacheExact()).isFalse();
  }

  @Test
  void addsUpWeightsWithoutAnIndexAndReadsTheLanguagePartOfAPictureModel() throws Exception {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"text_config":{"num_hidden_layers":2,"num_attention_heads":4,"hidden_size":64,
         "head_dim":32,"dtype":"float32"}}
        """);
    Files.write(folder.resolve("model.safetensors"), new byte[1000]);

    MemoryEstimate estimate = HuggingFaceEstimate.of(folder, 100, 1);

    assertThat(estimate.weightBytes()).isEqualTo(1000);
    assertThat(estimate.cacheBytes()).isEqualTo(2L * 2 * 4 * 32 * 4 * 100);
  }

  @Test
  void refusesAFolderWithoutAUsableConfig() throws Exception {
    assertThatThrownBy(() -> HuggingFaceEstimate.of(folder, 1, 1))
        .isInstanceOf(BadModelFile.class)
        .hasMessageContaining("there is no config.json");
    Files.writeString(folder.resolve("config.json"), "{\"num_hidden_layers\":");
    assertThatThrownBy(() -> HuggingFaceEstimate.of(folder, 1, 1))
        .hasMessageContaining("config.json is not JSON");
    Files.writeString(folder.resolve("config.json"), "{}");
    assertThatThrownBy(() -> HuggingFaceEstimate.of(folder, 1, 1))
        .hasMessageContaining("no usable num_hidden_layers");
  }
}
