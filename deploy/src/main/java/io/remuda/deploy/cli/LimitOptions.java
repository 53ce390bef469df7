package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a key or a tenant may ask of models, as options. */
final class LimitOptions {

  @Option(
      names = "--rpm",
      paramLabel = "N",
      description = "Requests in any minute, over all gateways; 0 is no limit.")
  private @Nullable Long requests;

  @Option(
      names = "--tpm",
      paramLabel = "N",
      description = "Tokens in any minute, over all gateways; 0 is no limit.")
  private @Nullable Long tokens;

  @Option(
      names = "--budget",
      paramLabel = "N/day|N/month",
      description = "Tokens of a day or a month, in UTC; several times. 0/day is no limit.")
  private List<String> budgets = new ArrayList<>();

  boolean isGiven() {
    return requests != null || tokens != null || !budgets.isEmpty();
  }

  /** These over what there is. */
  ObjectNode over(ObjectNode present) {
    ObjectNode limits = present.deepCopy();
    if (requests != null) {
      limits.put("requestsPerMinute", requests);
    }
    if (tokens != null) {
      limits.put("tokensPerMinute", tokens);
    }
    for (String budget : budgets) {
      String[] parts = budget.split("/", 2);
      String name =
          parts.length < 2
              ? ""
              : parts[1].equals("day")
                  ? "tokensPerDay"
                  : parts[1].equals("month") ? "tokensPerMonth" : "";
      if (name.isEmpty() || !parts[0].matches("[0-9]{1,13}")) {
        throw new CliFailure(
            Exit.USAGE, "--budget is such as 1000000/day or 20000000/month, not " + budget);
      }
      limits.put(name, Long.parseLong(parts[0]));
    }
    return limits;
  }

  /** Limits in words. */
  static String words(JsonNode limits) {
    List<String> words = new ArrayList<>();
    word(words, limits.path("requestsPerMinute"), "requests a minute");
    word(words, limits.path("tokensPerMinute"), "tokens a minute");
    word(words, limits.path("tokensPerDay"), "tokens a day");
    word(words, limits.path("tokensPerMonth"), "tokens a month");
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }

  private static void word(List<String> words, JsonNode limit, String what) {
    if (limit.asLong() > 0) {
      words.add(limit.asLong() + " " + what);
    }
  }
}
