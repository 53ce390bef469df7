package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What went wrong with an instance's engine, as {@code explain} says it. */
final class TroubleText {

  private static final int SHOWN = 5;

  private TroubleText() {}

  /** One line each; none where nothing went wrong. */
  static List<String> lines(JsonNode instance) {
    JsonNode trouble = instance.path("trouble");
    List<String> said = new ArrayList<>();
    if (!trouble.isObject()) {
      return said;
    }
    long errors = trouble.path("errors").asLong();
    long warnings = trouble.path("warnings").asLong();
    if (errors + warnings > 0) {
      said.add("its engine wrote of " + many(errors, "error") + ", " + many(warnings, "warning"));
    }
    for (JsonNode line : trouble.path("lines")) {
      if (said.size() > SHOWN) {
        said.add("  ...");
        break;
      }
      said.add("  " + line(line));
    }
    JsonNode end = trouble.path("lastEnd");
    // While it is down, this is the reason that is shown already.
    if (end.isObject() && !instance.path("reason").isTextual()) {
      List<String> words = Output.few(end.path("words").asText()).lines().toList();
      said.add("its engine ended before, " + end.path("at").asText() + ": " + words.get(0));
      words.stream().skip(1).forEach(word -> said.add("    " + word));
    }
    return said;
  }

  private static String line(JsonNode line) {
    long count = line.path("count").asLong();
    return line.path("last").asText("?")
        + " "
        + line.path("level").asText("?")
        + (count > 1 ? " (" + count + " times)" : "")
        + ": "
        + line.path("text").asText();
  }

  private static String many(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
