package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.remuda.protocol.model.LastWords;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Prints data on stdout in the form that was asked for. */
final class Output {

  /** How data is printed. */
  enum Format {
    TABLE,
    JSON,
    YAML;

    static Format of(String text) {
      try {
        return valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException unknown) {
        throw new CliFailure(
            Exit.USAGE, "'" + text + "' is no output format; there are table, json and yaml");
      }
    }
  }

  /** A column of a table: its title, and what of a row it shows. */
  record Column(String title, Function<JsonNode, String> cell) {

    /**
     * Shows the field at {@code path}, whose steps are parted by dots; a dash when it is absent.
     */
    static Column of(String title, String path) {
      return new Column(title, row -> text(at(row, path)));
    }
  }

  private static final int FEW_LINES = 8;
  private static final int FEW_BYTES = 2_000;

  private final PrintStream out;
  private final Format format;

  Output(PrintStream out, Format format) {
    this.out = out;
    this.format = format;
  }

  Format format() {
    return format;
  }

  /** A list of things of one kind. */
  void list(JsonNode rows, List<Column> columns) {
    if (format == Format.TABLE) {
      table(rows, columns);
    } else {
      document(rows);
    }
  }

  /** One thing, which has no better form than its fields. */
  void document(JsonNode node) {
    try {
      switch (format) {
        case JSON ->
            out.println(
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(node));
        case TABLE, YAML -> out.print(yaml().writeValueAsString(node));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }

  private void table(JsonNode rows, List<Column> columns) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.stream().map(Column::title).toList());
    for (JsonNode row : rows) {
      lines.add(columns.stream().map(column -> column.cell().apply(row)).toList());
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      out.println(text.toString().stripTrailing());
    }
  }

  static JsonNode at(JsonNode row, String path) {
    JsonNode node = row;
    for (String step : path.split("\\.", -1)) {
      node = node.path(step);
    }
    return node;
  }

  static String text(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "-";
    }
    // One row is one line, whatever an engine wrote into its reason.
    String text = node.isValueNode() ? node.asText() : node.toString();
    return text.isEmpty() ? "-" : text.lines().findFirst().orElse("-");
  }

  /** A reason as a person wants to see it at once; {@code -o json} and {@code yaml} have it all. */
  static String few(String reason) {
    return LastWords.within(reason, FEW_LINES, FEW_BYTES);
  }

  private static ObjectMapper yaml() {
    return new ObjectMapper(
        YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build());
  }
}
