package io.remuda.protocol.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What may stand under a key. Told by the default's own shape ("5s" is a duration, "64MiB" a size,
 * an empty object a map with free keys), or by a comment above it: {@code # type: duration or off}.
 * The words are duration, bytes, integer, number, boolean, text, list, map, and {@code integer
 * 1..10}; every other word stands for itself.
 */
record KeyType(List<String> alternatives) {

  private static final String MARKER = "type:";
  private static final String LENGTH_UNITS =
      "ns|us|ms|s|m|h|d|nanos?|micros?|millis?|seconds?"
          + "|minutes?|hours?|days?|nanoseconds?|microseconds?|milliseconds?";
  private static final String SIZE_UNITS = "(?i:[kmgt]i?b|[kmgt]|bytes?|b)";

  KeyType {
    alternatives = List.copyOf(alternatives);
  }

  static KeyType of(ConfigValue standard) {
    return standard.origin().comments().stream()
        .map(String::trim)
        .filter(comment -> comment.startsWith(MARKER))
        .reduce((first, last) -> last)
        .map(comment -> marked(comment.substring(MARKER.length())))
        .orElseGet(() -> new KeyType(List.of(guess(standard))));
  }

  private static KeyType marked(String text) {
    String sentence = text.trim().replaceAll("[.;].*|\\.$", "").replaceFirst("^one of ", "");
    // "1..10" has dots of its own.
    String whole = text.contains("..") ? text.trim() : sentence;
    return new KeyType(Arrays.asList(whole.split(" or |, ?", -1)));
  }

  private static String guess(ConfigValue standard) {
    return switch (standard.valueType()) {
      case OBJECT -> "map";
      case LIST -> "list";
      case BOOLEAN -> "boolean";
      case NULL -> "text";
      case NUMBER -> standard.unwrapped() instanceof Double ? "number" : "integer";
      case STRING -> guessText(standard.unwrapped().toString());
    };
  }

  private static String guessText(String text) {
    if (List.of("on", "off", "yes", "no", "true", "false").contains(text)) {
      return "boolean";
    }
    if (text.matches("[0-9.]+ ?(" + LENGTH_UNITS + ")")) {
      return "duration";
    }
    return text.matches("[0-9.]+ ?" + SIZE_UNITS) ? "bytes" : "text";
  }

  boolean isMap() {
    return alternatives.contains("map");
  }

  boolean isList() {
    return alternatives.contains("list");
  }

  /** What is allowed, when {@code value} is not. */
  Optional<String> refusal(ConfigValue value) {
    return alternatives.stream().anyMatch(alternative -> admits(alternative, value))
        ? Optional.empty()
        : Optional.of(allowed());
  }

  String allowed() {
    return String.join(" or ", alternatives.stream().map(KeyType::explained).toList());
  }

  private static String explained(String word) {
    if (word.startsWith("integer ")) {
      return "a whole number of " + word.substring("integer ".length());
    }
    return switch (word) {
      case "duration" -> "a time with its unit, such as 500ms, 10s or 5m";
      case "bytes" -> "a size with its unit, such as 64KiB or 2GiB";
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "boolean" -> "on or off";
      case "text" -> "text";
      case "list" -> "a list, such as [a, b]";
      case "map" -> "a group of keys of your choice";
      default -> '"' + word + '"';
    };
  }

  private static boolean admits(String word, ConfigValue value) {
    if (word.startsWith("integer ")) {
      String[] ends = word.substring("integer ".length()).split("\\.\\.", 2);
      return reads(value, v -> isWithin(v, Long.parseLong(ends[0]), Long.parseLong(ends[1])));
    }
    return switch (word) {
      case "map" -> value.valueType() == ConfigValueType.OBJECT;
      case "list" -> value.valueType() == ConfigValueType.LIST;
      case "text" ->
          value.valueType() != ConfigValueType.OBJECT && value.valueType() != ConfigValueType.LIST;
      case "duration" ->
          text(value).matches("[0-9.]+ ?(" + LENGTH_UNITS + ")")
              && reads(
                  value,
                  v -> !ConfigFactory.empty().withValue("v", v).getDuration("v").isNegative());
      case "bytes" ->
          text(value).matches("[0-9.]+ ?" + SIZE_UNITS)
              && reads(value, v -> ConfigFactory.empty().withValue("v", v).getBytes("v") >= 0);
      case "integer" -> reads(value, v -> isWithin(v, Long.MIN_VALUE, Long.MAX_VALUE));
      case "number" -> reads(value, v -> Double.isFinite(Double.parseDouble(text(v))));
      case "boolean" ->
          List.of("on", "off", "yes", "no", "true", "false")
              .contains(text(value).toLowerCase(Locale.ROOT));
      default -> text(value).equals(word);
    };
  }

  private static boolean isWithin(ConfigValue value, long low, long high) {
    long number = Long.parseLong(text(value));
    return number >= low && number <= high;
  }

  private static boolean reads(ConfigValue value, Predicate<ConfigValue> reading) {
    try {
      return reading.test(value);
    } catch (ConfigException | NumberFormatException e) {
      return false;
    }
  }

  /** A value as it was written; empty for lists and objects, which no text matches. */
  static String text(ConfigValue value) {
    return switch (value.valueType()) {
      case NUMBER, BOOLEAN, STRING -> String.valueOf(value.unwrapped());
      case NULL, LIST, OBJECT -> "";
    };
  }

  /** What an environment variable says, as a value of this type. */
  ConfigValue fromEnvironment(String name, String raw) {
    String origin = "environment variable " + name;
    if (!isList()) {
      return ConfigValueFactory.fromAnyRef(raw, origin);
    }
    List<String> parts =
        Arrays.stream(raw.split(",", -1)).map(String::trim).filter(s -> !s.isEmpty()).toList();
    return ConfigValueFactory.fromAnyRef(parts, origin);
  }
}
