package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Line;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What models were used for, as clients read it: with the columns that were asked for. */
final class UsageViews {

  private UsageViews() {}

  /**
   * As an object with all lines.
   *
   * @param from the first hour since the epoch
   * @param to the hour after the last
   */
  static ObjectNode json(List<Line> lines, long from, long to, Set<By> by) {
    ObjectNode json = Json.list(lines, line -> view(line, by));
    json.put("from", start(from));
    json.put("to", start(to));
    return json;
  }

  private static ObjectNode view(Line line, Set<By> by) {
    ObjectNode json = Json.object();
    if (by.contains(By.HOUR)) {
      json.put("hour", start(line.hour()));
    }
    if (by.contains(By.KEY)) {
      json.put("key", line.key());
    }
    if (by.contains(By.TENANT)) {
      json.put("tenant", line.tenant().isEmpty() ? null : line.tenant());
    }
    if (by.contains(By.MODEL)) {
      json.put("model", line.model());
    }
    json.put("requests", line.count().requests());
    json.put("errors", line.count().errors());
    json.put("estimatedRequests", line.count().estimated());
    json.put("promptTokens", line.count().promptTokens());
    json.put("completionTokens", line.count().completionTokens());
    json.put("cachedTokens", line.count().cachedTokens());
    json.put("totalTokens", line.count().tokens());
    return json;
  }

  private static String start(long hour) {
    return Instant.EPOCH.plus(Duration.ofHours(hour)).toString();
  }

  /** As a table with a head, in UTF-8. */
  static byte[] csv(List<Line> lines, Set<By> by) {
    StringBuilder text = new StringBuilder();
    for (By one : By.values()) {
      if (by.contains(one)) {
        text.append(one.name().toLowerCase(Locale.ROOT)).append(',');
      }
    }
    text.append("requests,errors,estimated_requests,prompt_tokens,completion_tokens,")
        .append("cached_tokens,total_tokens\r\n");
    for (Line line : lines) {
      for (By one : By.values()) {
        if (by.contains(one)) {
          text.append(cell(line, one)).append(',');
        }
      }
      text.append(line.count().requests()).append(',');
      text.append(line.count().errors()).append(',');
      text.append(line.count().estimated()).append(',');
      text.append(line.count().promptTokens()).append(',');
      text.append(line.count().completionTokens()).append(',');
      text.append(line.count().cachedTokens()).append(',');
      text.append(line.count().tokens()).append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String cell(Line line, By by) {
    return switch (by) {
      case HOUR -> start(line.hour());
      case KEY -> quoted(line.key());
      case TENANT -> quoted(line.tenant());
      case MODEL -> quoted(line.model());
    };
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
