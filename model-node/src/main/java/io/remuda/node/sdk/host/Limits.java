package io.remuda.node.sdk.host;

import io.remuda.node.sdk.ModelCard;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;

/**
 * What a served model may take: the author's card, and what a deployment says in its place.
 *
 * @param slots calls worked on at once; more are refused
 * @param concurrency threads in the model's method at once
 * @param timeout of one call; of a stream, from answer to answer
 * @param batchWindow how long a batch waits for company
 * @param batchSize messages in a batch; 1 unless the model takes batches
 * @param maxInputBytes of a message that goes in
 * @param maxOutputBytes of a message that comes out
 * @param maxHanging calls given up whose thread goes on all the same; with one more the host ends
 * @param hangGrace how long a thread may take to heed its interruption
 */
record Limits(
    int slots,
    int concurrency,
    Duration timeout,
    Duration batchWindow,
    int batchSize,
    long maxInputBytes,
    long maxOutputBytes,
    int maxHanging,
    Duration hangGrace) {

  /** As many as a deployment may declare. */
  private static final int MOST_SLOTS = ModelSpec.MAX_SLOTS;

  private static final int MOST_HANGING = 8;
  private static final int DEFAULT_MIB = 8;
  private static final long MIB = 1L << 20;

  static Limits of(LoadedModel model, HostOptions options) throws Unusable {
    ModelCard card = model.card();
    if (card.concurrency() < 1
        || card.batchSize() < 1
        || card.timeoutMillis() < 1
        || card.batchWindowMillis() < 0) {
      throw new Unusable(
          "the model's card asks for the impossible: concurrency, batchSize and timeoutMillis are at"
              + " least 1, batchWindowMillis at least 0");
    }
    boolean batches = model.kind() == LoadedModel.Kind.BATCH;
    int size = batches ? options.number("batch-size", card.batchSize()) : 1;
    long wished = (long) card.concurrency() * size;
    if (wished > MOST_SLOTS) {
      throw new Unusable(
          "the model's card asks for "
              + wished
              + " calls at once; at most "
              + MOST_SLOTS
              + " may be");
    }
    int slots = options.number("slots", (int) wished);
    int concurrency = batches ? Math.max(1, (slots + size - 1) / size) : slots;
    return new Limits(
        slots,
        concurrency,
        Duration.ofMillis(options.scaled("timeout-seconds", 1000).orElse(card.timeoutMillis())),
        Duration.ofMillis(
            batches ? options.number("batch-window-millis", (int) card.batchWindowMillis()) : 0),
        size,
        options.scaled("max-input-mib", MIB).orElse(DEFAULT_MIB * MIB),
        options.scaled("max-output-mib", MIB).orElse(DEFAULT_MIB * MIB),
        options.number("max-hanging", Math.min(MOST_HANGING, concurrency)),
        Duration.ofMillis(options.number("hang-grace-millis", 1_000)));
  }
}
