package io.remuda.node.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A model of random weights: its words mean nothing, but an engine works on it as hard as on a real
 * one of its size, so that queues, cancelling and slow streams can be tried.
 */
public final class RandomModel {
  private RandomModel() {}

  /**
   * Writes one; the same seed gives the same bytes.
   *
   * @param embedding a multiple of 32
   * @param vocabulary at least 300
   */
  public static void writeGguf(Path file, int layers, int embedding, int vocabulary, long seed)
      throws IOException {
    if (embedding % 32 != 0 || vocabulary < 300 || layers < 1) {
      throw new IllegalArgumentException(
          "layers >= 1, embedding a multiple of 32, vocabulary >= 300");
    }
    LlamaShape shape =
        new LlamaShape(layers, embedding, 4 * embedding, embedding / 32, 32, vocabulary, 4096);
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    List<Integer> types =
        new ArrayList<>(
            List.of(GgufWriter.TOKEN_UNKNOWN, GgufWriter.TOKEN_CONTROL, GgufWriter.TOKEN_CONTROL));
    for (int value = 0; value < 256; value++) {
      tokens.add("<0x%02X>".formatted(value));
      types.add(GgufWriter.TOKEN_BYTE);
    }
    for (int id = tokens.size(); id < vocabulary; id++) {
      tokens.add(" w" + id);
      types.add(GgufWriter.TOKEN_USER_DEFINED);
    }
    GgufWriter writer = shape.writer("remuda-random", tokens, types);
    writer.string(
        "tokenizer.chat_template",
        "{% for message in messages %}{{ message['content'] }}\n{% endfor %}");
    RandomGenerator random = new SplittableRandom(seed);
    float scale = (float) (2 / Math.sqrt(embedding));
    shape.write(
        writer,
        file,
        (tensor, row, values) -> {
          boolean norm = tensor.contains("norm");
          for (int index = 0; index < values.length; index++) {
            values[index] = norm ? 1 : (random.nextFloat() - 0.5f) * scale;
          }
          if (tensor.equals("output.weight") && row < 259) {
            // Whole words only, and never the end: a stream lasts as long as it is asked to.
            Arrays.fill(values, 0);
          }
        });
  }
}
