package io.remuda.node.gguf;

import io.remuda.protocol.model.Resources;
import java.util.List;

/**
 * What a model needs of a machine's memory, and which of its numbers are known and which guessed.
 *
 * @param weightBytes of all tensors
 * @param cacheBytes of the keys and values of all tokens of all slots
 * @param computeBytes of the buffers an engine calculates in; always a guess
 * @param weightsExact whether the weights come from the file
 * @param cacheExact whether the cache comes from the file's own numbers
 * @param note how it was made, in a sentence
 */
public record MemoryEstimate(
    long weightBytes,
    long cacheBytes,
    long computeBytes,
    boolean weightsExact,
    boolean cacheExact,
    String note) {

  private static final long MIB = 1024 * 1024;

  /** Of an engine's process beside the model; llama-server had 26 MiB in all with one of 3 MB. */
  private static final long PROCESS_BYTES = 32 * MIB;

  /** Of one process's context on each GPU; a guess. */
  private static final long GPU_CONTEXT_BYTES = 614 * MIB;

  /** Tokens that llama-server works on in one step. */
  private static final long STEP_TOKENS = 512;

  /** Numbers of 16 bits, what engines keep keys and values in unless told otherwise. */
  private static final double CACHE_BYTES_EACH = 2;

  /** Of a model whose cache is kept in numbers of 16 bits. */
  public static MemoryEstimate of(GgufHeader header, int context, int slots) {
    return of(header, context, slots, CACHE_BYTES_EACH, CACHE_BYTES_EACH);
  }

  /**
   * Of a GGUF model.
   *
   * @param context tokens a request may span; 0: what the model was made for, over all slots
   * @param keyBytes bytes of one number in the cache of keys
   * @param valueBytes bytes of one number in the cache of values
   */
  public static MemoryEstimate of(
      GgufHeader header, int context, int slots, double keyBytes, double valueBytes) {
    long layers = header.number("block_count").orElse(0);
    long heads = header.number("attention.head_count").orElse(maximum(header, "head_count"));
    long embedding = header.number("embedding_length").orElse(0);
    long usual = heads == 0 ? 0 : embedding / heads;
    long keyLength = header.number("attention.key_length").orElse(usual);
    long valueLength = header.number("attention.value_length").orElse(usual);
    double perToken = 0;
    List<Long> perLayer = header.list("attention.head_count_kv");
    for (int layer = 0; layer < Math.min(layers, 100_000); layer++) {
      long keyHeads =
          layer < perLayer.size()
              ? perLayer.get(layer)
              : header.number("attention.head_count_kv").orElse(heads);
      perToken += keyHeads * (keyLength * keyBytes + valueLength * valueBytes);
    }
    long tokens =
        context > 0 ? (long) context * slots : header.number("context_length").orElse(4096);
    boolean cacheExact = layers > 0 && heads > 0 && keyLength > 0;
    long compute =
        STEP_TOKENS
            * 4
            * (header.vocabulary()
                + 8 * embedding
                + 2 * header.number("feed_forward_length").orElse(4 * embedding));
    return new MemoryEstimate(
        header.weightBytes(),
        (long) (perToken * tokens),
        compute,
        true,
        cacheExact,
        "weights "
            + mib(header.weightBytes())
            + " MiB from the header, cache "
            + mib((long) (perToken * tokens))
            + " MiB for "
            + tokens
            + " tokens "
            + (cacheExact ? "from the header" : "guessed")
            + ", buffers "
            + mib(compute)
            + " MiB guessed");
  }

  private static long maximum(GgufHeader header, String key) {
    return header.list("attention." + key).stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** Of the engine's whole process, without a GPU. */
  public long hostBytes() {
    return weightBytes + cacheBytes + computeBytes + PROCESS_BYTES;
  }

  /** Of {@code gpus} GPUs together, when the whole model is there. */
  public long gpuBytes(int gpus) {
    return weightBytes + cacheBytes + (computeBytes + GPU_CONTEXT_BYTES) * gpus;
  }

  /** As a claim of the host's memory, or of GPUs where {@code gpus} is at least 1. */
  public Resources claim(int gpus, double cpus) {
    return gpus == 0
        ? new Resources(0, mib(hostBytes()), cpus, 0)
        : new Resources(mib(gpuBytes(gpus)), mib(PROCESS_BYTES + computeBytes), cpus, gpus);
  }

  /** Rounded up. */
  static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
