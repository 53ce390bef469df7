package io.remuda.gateway.edge;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The counts of tokens that engines tell, each under its own names, and what they come to. Lives on
 * one loop.
 */
final class ToldCounts {

  private static final byte[][] NAMES = {
    ascii("prompt_tokens"),
    ascii("completion_tokens"),
    ascii("input_tokens"),
    ascii("output_tokens"),
    ascii("cached_tokens"),
    ascii("cache_read_input_tokens"),
    ascii("cache_creation_input_tokens"),
    ascii("prompt_n"),
    ascii("predicted_n"),
    ascii("cache_n"),
    ascii("prompt_eval_count"),
    ascii("eval_count")
  };

  private static final int PROMPT = 0;
  private static final int COMPLETION = 1;
  private static final int INPUT = 2;
  private static final int OUTPUT = 3;
  private static final int CACHED = 4;
  private static final int CACHE_READ = 5;
  private static final int CACHE_MADE = 6;
  private static final int PROMPT_N = 7;
  private static final int PREDICTED_N = 8;
  private static final int CACHE_N = 9;
  private static final int PROMPT_EVAL = 10;
  private static final int EVAL = 11;

  private static final int[] COMPLETIONS = {COMPLETION, OUTPUT, PREDICTED_N, EVAL};

  private final long[] counts = new long[NAMES.length];

  ToldCounts() {
    Arrays.fill(counts, -1);
  }

  /**
   * The count of that name; negative where it is none.
   *
   * @param grouped whether it stands in an object that holds counts alone; Ollama's do not
   */
  static int find(byte[] name, int length, boolean grouped) {
    for (int one = 0; one < NAMES.length; one++) {
      boolean ofOllama = one >= PROMPT_EVAL;
      if (ofOllama != grouped
          && length == NAMES[one].length
          && Arrays.equals(name, 0, length, NAMES[one], 0, length)) {
        return one;
      }
    }
    return -1;
  }

  /**
   * What is told last counts.
   *
   * @param count of {@link #find}
   */
  void told(int count, long tokens) {
    counts[count] = tokens;
  }

  OptionalLong prompt() {
    if (counts[PROMPT] >= 0) {
      return OptionalLong.of(counts[PROMPT]);
    }
    if (counts[INPUT] >= 0) {
      // Anthropic's count leaves out what its cache had and took.
      return OptionalLong.of(
          counts[INPUT] + Math.max(0, counts[CACHE_READ]) + Math.max(0, counts[CACHE_MADE]));
    }
    if (counts[PROMPT_N] >= 0) {
      return OptionalLong.of(counts[PROMPT_N] + Math.max(0, counts[CACHE_N]));
    }
    return counts[PROMPT_EVAL] >= 0 ? OptionalLong.of(counts[PROMPT_EVAL]) : OptionalLong.empty();
  }

  OptionalLong completion() {
    for (int one : COMPLETIONS) {
      if (counts[one] >= 0) {
        return OptionalLong.of(counts[one]);
      }
    }
    return OptionalLong.empty();
  }

  long cached() {
    return Math.max(0, Math.max(counts[CACHED], Math.max(counts[CACHE_READ], counts[CACHE_N])));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
