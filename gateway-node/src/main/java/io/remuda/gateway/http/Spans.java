package io.remuda.gateway.http;

import io.remuda.protocol.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time in requests: {@code 500ms}, {@code 20s}, {@code 5m}, {@code 7d}. */
final class Spans {

  private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)?");

  private Spans() {}

  /** What the parameter says, a bare number counting seconds; refused when it is out of range. */
  static Optional<Duration> query(Call call, String name, Duration least, Duration most) {
    return call.query(name).map(raw -> value("the query parameter", name, raw, least, most));
  }

  /** What a field says; refused when it is out of range. */
  static Duration value(String name, String raw, Duration least, Duration most) {
    return value("the field", name, raw, least, most);
  }

  private static Duration value(
      String where, String name, String raw, Duration least, Duration most) {
    return parse(raw)
        .filter(span -> span.compareTo(least) >= 0 && span.compareTo(most) <= 0)
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.INVALID_REQUEST,
                    where
                        + " '"
                        + name
                        + "' is a length of time such as 20s, 5m or 7d, from "
                        + shown(least)
                        + " to "
                        + shown(most),
                    name));
  }

  private static Optional<Duration> parse(String raw) {
    Matcher shape = SHAPE.matcher(raw);
    if (!shape.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(shape.group(1));
    String unit = shape.group(2) == null ? "s" : shape.group(2);
    return Optional.of(
        switch (unit) {
          case "ms" -> Duration.ofMillis(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> Duration.ofSeconds(count);
        });
  }

  private static String shown(Duration span) {
    long millis = span.toMillis();
    if (millis % 1_000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1_000;
    if (seconds > 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    return seconds > 0 && seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds + "s";
  }
}
