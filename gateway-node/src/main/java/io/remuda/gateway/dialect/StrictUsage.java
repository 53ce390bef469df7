package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Counts of tokens as clients read them: integers, the three that they need among them. */
final class StrictUsage {

  private static final String USAGE = "usage";
  private static final String PROMPT = "prompt_tokens";
  private static final String COMPLETION = "completion_tokens";
  private static final String TOTAL = "total_tokens";

  private StrictUsage() {}

  /**
   * Mends what {@code answer} says of its tokens.
   *
   * @return whether it says anything
   */
  static boolean mend(ObjectNode answer) {
    JsonNode given = answer.path(USAGE);
    if (!(given instanceof ObjectNode usage)) {
      if (!given.isMissingNode()) {
        answer.putNull(USAGE);
      }
      return false;
    }
    integers(usage);
    count(usage, PROMPT, 0);
    count(usage, COMPLETION, 0);
    count(usage, TOTAL, usage.path(PROMPT).asLong() + usage.path(COMPLETION).asLong());
    return true;
  }

  private static void count(ObjectNode usage, String name, long otherwise) {
    if (!usage.path(name).isIntegralNumber()) {
      usage.put(name, otherwise);
    }
  }

  /** Some engines count in floats; what they tell beside, such as seconds, is left as it is. */
  private static void integers(ObjectNode counts) {
    List<String> names = new ArrayList<>();
    counts.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode value = counts.path(name);
      if (value instanceof ObjectNode nested) {
        integers(nested);
      } else if (name.endsWith("tokens") && value.isNumber() && !value.isIntegralNumber()) {
        counts.put(name, Math.round(value.asDouble()));
      }
    }
  }
}
