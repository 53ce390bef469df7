package io.remuda.deploy.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}.
 */
final class Durations {

  private static final Pattern SHAPE = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)?");

  private Durations() {}

  /** A bare number counts seconds. */
  static Duration parse(String text) {
    Matcher matcher = SHAPE.matcher(text.trim());
    if (!matcher.matches()) {
      throw new CliFailure(
          Exit.USAGE, "'" + text + "' is no duration; write 500ms, 30s, 5m, 2h or 7d");
    }
    long count = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2) == null ? "s" : matcher.group(2);
    return switch (unit) {
      case "ms" -> Duration.ofMillis(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      default -> Duration.ofSeconds(count);
    };
  }
}
