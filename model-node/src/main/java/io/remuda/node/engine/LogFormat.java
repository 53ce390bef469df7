package io.remuda.node.engine;

import io.remuda.protocol.model.Trouble.Level;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How one kind of engine says in its output that something is wrong: data of its profile. A line is
 * an error where one of the expressions is found in it, else a warning where one of those is.
 *
 * @param errors regular expressions
 * @param warnings regular expressions
 */
public record LogFormat(List<Pattern> errors, List<Pattern> warnings) {

  /** Of a line that could be a whole document; a level stands at the beginning of what counts. */
  private static final int LOOKED_AT = 1_000;

  /** Times, names and numbers, and no word for another level. */
  private static final String BEFORE =
      "^(?:(?!\\W?(?:TRACE|DEBUG|INFO)\\b)[^\\s=]+\\s+){0,4}\\W{0,2}";

  /**
   * Words for a level where most programs write them: at the beginning, maybe after times, names
   * and numbers, and as what a program says that ends over an error.
   */
  public static final LogFormat USUAL =
      of(
          List.of(
              BEFORE + "(?:ERROR|FATAL|CRITICAL|SEVERE)\\b",
              "^(?i:error|fatal|fatal error|panic|critical):",
              "^Traceback \\(most recent call last\\)",
              "^Exception in thread ",
              "^[\\w.]*(?:Error|Exception)(?::|$)",
              "\\blevel=(?i:error|fatal)\\b"),
          List.of(
              BEFORE + "(?:WARN|WARNING)\\b",
              "^(?i:warn|warning):",
              "\\blevel=(?i:warn|warning)\\b"));

  public LogFormat {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /**
   * @throws java.util.regex.PatternSyntaxException when one is no regular expression
   */
  public static LogFormat of(List<String> errors, List<String> warnings) {
    return new LogFormat(
        errors.stream().map(Pattern::compile).toList(),
        warnings.stream().map(Pattern::compile).toList());
  }

  /** What {@code line} says that it is; empty for one that tells of nothing wrong. */
  public Optional<Level> levelOf(String line) {
    String seen = line.length() > LOOKED_AT ? line.substring(0, LOOKED_AT) : line;
    if (found(errors, seen)) {
      return Optional.of(Level.ERROR);
    }
    return found(warnings, seen) ? Optional.of(Level.WARNING) : Optional.empty();
  }

  private static boolean found(List<Pattern> expressions, String line) {
    return expressions.stream().anyMatch(each -> each.matcher(line).find());
  }
}
