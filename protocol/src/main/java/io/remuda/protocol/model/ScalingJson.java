package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** {@code scaling} of a deployment, as people write it. */
final class ScalingJson {

  /** Longer than that nobody waits for a model to be put away. */
  private static final int MOST_IDLE_SECONDS = 30 * 24 * 3600;

  private static final int MOST_TTFT_MILLIS = 600_000;
  private static final int MOST_QUEUE = 10_000;

  private static final Set<String> KEYS =
      Set.of("min", "max", "idleAfterSeconds", "queueTarget", "ttftMillis");

  private ScalingJson() {}

  /** What is said of it in {@code parent}; a problem there where it does not fit together. */
  static Optional<Scaling> read(StrictFields parent, OptionalInt replicas) {
    return parent.object("scaling", KEYS).flatMap(fields -> read(parent, fields, replicas));
  }

  private static Optional<Scaling> read(
      StrictFields parent, StrictFields fields, OptionalInt replicas) {
    int min = fields.integer("min", 0, ModelSpec.MAX_REPLICAS).orElse(1);
    int least = Math.max(1, min);
    int max =
        fields
            .integer("max", 1, ModelSpec.MAX_REPLICAS)
            .orElse(Math.max(least, replicas.orElse(least)));
    OptionalInt idle = fields.integer("idleAfterSeconds", 1, MOST_IDLE_SECONDS);
    int queueTarget = fields.integer("queueTarget", 1, MOST_QUEUE).orElse(1);
    OptionalInt ttft = fields.integer("ttftMillis", 1, MOST_TTFT_MILLIS);
    if (fields.hasProblems()) {
      return Optional.empty();
    }
    if (min > max) {
      fields.problem("max", "scaling.max is at least scaling.min, %d, not %d".formatted(min, max));
    }
    if (min > 0 && idle.isPresent()) {
      fields.problem(
          "idleAfterSeconds",
          "scaling.idleAfterSeconds says when it falls asleep, which scaling.min = %d forbids; let"
                  .formatted(min)
              + " scaling.min be 0, or leave scaling.idleAfterSeconds out");
    }
    if (min == 0 && idle.isEmpty()) {
      fields.problem(
          "idleAfterSeconds",
          "scaling.min is 0, so say with scaling.idleAfterSeconds after how long without a request"
              + " it falls asleep");
    }
    if (replicas.isPresent()
        && replicas.getAsInt() > 0
        && (replicas.getAsInt() < least || replicas.getAsInt() > max)) {
      parent.problem(
          "replicas",
          "replicas, with which it begins, is %d to %d as scaling.min and scaling.max say, not %d;"
                  .formatted(least, max, replicas.getAsInt())
              + " leave it out to begin with %d".formatted(least));
    }
    return parent.hasProblems()
        ? Optional.empty()
        : Optional.of(
            new Scaling(
                min,
                max,
                idle.isPresent()
                    ? Optional.of(Duration.ofSeconds(idle.getAsInt()))
                    : Optional.empty(),
                queueTarget,
                ttft.isPresent()
                    ? Optional.of(Duration.ofMillis(ttft.getAsInt()))
                    : Optional.empty()));
  }

  /** What {@link #read} reads back. */
  static ObjectNode write(Scaling scaling) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("min", scaling.min());
    json.put("max", scaling.max());
    scaling.idleAfter().ifPresent(idle -> json.put("idleAfterSeconds", idle.toSeconds()));
    json.put("queueTarget", scaling.queueTarget());
    scaling.ttft().ifPresent(ttft -> json.put("ttftMillis", ttft.toMillis()));
    return json;
  }
}
