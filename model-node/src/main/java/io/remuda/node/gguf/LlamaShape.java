package io.remuda.node.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The shape of a model of the llama family, and the names of its tensors.
 *
 * @param layers how many blocks
 * @param embedding D, the width
 * @param feedForward F, the width between
 * @param heads of attention, for keys and values too
 * @param headSize width of one head
 * @param vocabulary V
 * @param context tokens it was made for
 */
public record LlamaShape(
    int layers,
    int embedding,
    int feedForward,
    int heads,
    int headSize,
    int vocabulary,
    int context) {

  /** Fills one row of a tensor: the values along its contiguous dimension. */
  public interface Rows {
    /** {@code values} arrives filled with 0. */
    void fill(String tensor, int row, float[] values);
  }

  GgufWriter writer(String name, List<String> tokens, List<Integer> types) {
    GgufWriter writer = new GgufWriter();
    writer.string("general.architecture", "llama");
    writer.string("general.name", name);
    writer.uint32("llama.context_length", context);
    writer.uint32("llama.embedding_length", embedding);
    writer.uint32("llama.block_count", layers);
    writer.uint32("llama.feed_forward_length", feedForward);
    writer.uint32("llama.attention.head_count", heads);
    writer.uint32("llama.attention.head_count_kv", heads);
    writer.uint32("llama.attention.key_length", headSize);
    writer.uint32("llama.attention.value_length", headSize);
    writer.uint32("llama.rope.dimension_count", headSize);
    writer.float32("llama.attention.layer_norm_rms_epsilon", 1e-6f);
    writer.string("tokenizer.ggml.model", "llama");
    writer.strings("tokenizer.ggml.tokens", tokens);
    writer.zeros("tokenizer.ggml.scores", tokens.size());
    writer.int32s("tokenizer.ggml.token_type", types);
    writer.uint32("tokenizer.ggml.unknown_token_id", 0);
    writer.uint32("tokenizer.ggml.bos_token_id", 1);
    writer.uint32("tokenizer.ggml.eos_token_id", 2);
    writer.bool("tokenizer.ggml.add_bos_token", true);
    writer.bool("tokenizer.ggml.add_space_prefix", false);
    return writer;
  }

  void write(GgufWriter writer, Path file, Rows rows) throws IOException {
    int wide = heads * headSize;
    writer.tensor("token_embd.weight", embedding, vocabulary);
    writer.tensor("output_norm.weight", embedding, 1);
    writer.tensor("output.weight", embedding, vocabulary);
    for (int layer = 0; layer < layers; layer++) {
      String block = "blk." + layer + ".";
      writer.tensor(block + "attn_norm.weight", embedding, 1);
      writer.tensor(block + "attn_q.weight", embedding, wide);
      writer.tensor(block + "attn_k.weight", embedding, wide);
      writer.tensor(block + "attn_v.weight", embedding, wide);
      writer.tensor(block + "attn_output.weight", wide, embedding);
      writer.tensor(block + "ffn_norm.weight", embedding, 1);
      writer.tensor(block + "ffn_gate.weight", embedding, feedForward);
      writer.tensor(block + "ffn_up.weight", embedding, feedForward);
      writer.tensor(block + "ffn_down.weight", feedForward, embedding);
    }
    writer.write(file, rows);
  }
}
