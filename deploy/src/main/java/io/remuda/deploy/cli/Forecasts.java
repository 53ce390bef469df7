package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.deploy.cli.Output.Column;
import java.util.ArrayList;
import java.util.List;

/** Shows what a change would come to: a row for each instance that would move. */
final class Forecasts {

  private Forecasts() {}

  static void show(Target target, List<JsonNode> asked) {
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(JsonNodeFactory.instance.arrayNode().addAll(asked));
      return;
    }
    List<JsonNode> forecasts = withOthers(asked);
    List<JsonNode> rows = rows(forecasts);
    target.say(
        rows.isEmpty()
            ? "nothing would move"
            : "nothing was changed; this is what it would come to");
    forecasts.stream()
        .filter(forecast -> forecast.path("reason").isTextual())
        .forEach(
            forecast ->
                target.say(
                    forecast.path("name").asText() + ": " + forecast.path("reason").asText()));
    if (!rows.isEmpty()) {
      target
          .output()
          .list(
              JsonNodeFactory.instance.arrayNode().addAll(rows),
              List.of(
                  Column.of("NAME", "name"),
                  Column.of("WHAT", "kind"),
                  Column.of("INSTANCE", "instance"),
                  Column.of("FROM", "from"),
                  Column.of("TO", "to"),
                  Column.of("WHY", "text")));
    }
  }

  /** Behind each those of names whose instances give way for it. */
  private static List<JsonNode> withOthers(List<JsonNode> forecasts) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode forecast : forecasts) {
      all.add(forecast);
      forecast.path("others").forEach(all::add);
    }
    return all;
  }

  private static List<JsonNode> rows(List<JsonNode> forecasts) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode forecast : forecasts) {
      for (JsonNode move : forecast.path("moves")) {
        ObjectNode row = move.deepCopy();
        row.set("name", forecast.path("name"));
        rows.add(row);
      }
    }
    return rows;
  }

  static List<JsonNode> items(JsonNode answer) {
    List<JsonNode> all = new ArrayList<>();
    Target.items(answer).forEach(all::add);
    return all;
  }
}
