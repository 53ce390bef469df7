package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.cli.Output.Column;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what models were used for. */
@Command(
    name = "usage",
    mixinStandardHelpOptions = true,
    description = "Show what keys, tenants and models were used for; of the last day by default.",
    footer = {"", "Example: ./remuda usage --from 2030-01-01 --to 2030-02-01 --by tenant --csv"})
final class UsageVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Option(names = "--from", paramLabel = "TIME", description = "Such as 2030-01-31.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Such as 2030-01-31T12:00:00Z.")
  private @Nullable String to;

  @Option(names = "--of-key", paramLabel = "ID", description = "Of this key alone.")
  private @Nullable String key;

  @Option(names = "--tenant", paramLabel = "NAME", description = "Of this tenant alone.")
  private @Nullable String tenant;

  @Option(names = "--model", paramLabel = "NAME", description = "Of this model alone.")
  private @Nullable String model;

  @Option(
      names = "--by",
      paramLabel = "WORDS",
      description = "Some of hour,key,tenant,model. Default: key,model.",
      defaultValue = "key,model")
  private String by;

  @Option(names = "--csv", description = "As CSV.")
  private boolean csv;

  @Override
  public Integer call() {
    StringBuilder query = new StringBuilder("/v1/usage?by=").append(encoded(by));
    add(query, "from", from);
    add(query, "to", to);
    add(query, "key", key);
    add(query, "tenant", tenant);
    add(query, "model", model);
    JsonNode rows = Target.items(target.api().get(query.toString()));
    if (csv) {
      csv(rows);
    } else {
      target
          .output()
          .list(
              rows,
              fields().entrySet().stream()
                  .map(field -> Column.of(field.getValue(), field.getKey()))
                  .toList());
    }
    return Exit.OK.code();
  }

  /** Fields of a row that are shown, with their titles. */
  private Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String one : List.of("hour", "key", "tenant", "model")) {
      if (List.of(by.split(",")).contains(one)) {
        fields.put(one, one.toUpperCase(Locale.ROOT));
      }
    }
    fields.put("requests", "REQUESTS");
    fields.put("errors", "ERRORS");
    fields.put("estimatedRequests", "ESTIMATED");
    fields.put("promptTokens", "PROMPT");
    fields.put("completionTokens", "COMPLETION");
    fields.put("cachedTokens", "CACHED");
    fields.put("totalTokens", "TOTAL");
    return fields;
  }

  /** One line a row, under the names of the API's fields. */
  private void csv(JsonNode rows) {
    Set<String> names = fields().keySet();
    target.world().out().println(String.join(",", names));
    for (JsonNode row : rows) {
      target
          .world()
          .out()
          .println(
              names.stream().map(name -> quoted(row.path(name))).collect(Collectors.joining(",")));
    }
  }

  private static String quoted(JsonNode cell) {
    String text = cell.isNull() ? "" : cell.asText();
    return text.contains(",") || text.contains("\"")
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }

  private static void add(StringBuilder query, String name, @Nullable String value) {
    if (value != null) {
      query.append('&').append(name).append('=').append(encoded(value));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
