package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.remuda.protocol.model.SpecJson.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fields of one JSON object, read one by one. What does not fit becomes a problem with its path
 * and a harmless value in its place, so that one pass finds everything. A null is as good as
 * absent.
 */
public final class StrictFields {

  private static final int SHOWN = 80;

  private final JsonNode tree;
  private final String prefix;
  private final List<Problem> problems;
  private final int before;

  private StrictFields(JsonNode tree, String prefix, List<Problem> problems) {
    this.tree = tree;
    this.prefix = prefix;
    this.problems = problems;
    this.before = problems.size();
  }

  /**
   * The fields of {@code tree}.
   *
   * @param prefix of the paths in problems; empty for a whole document
   * @param known all keys that may occur
   */
  public static StrictFields of(JsonNode tree, String prefix, Set<String> known) {
    return of(tree, prefix, known, new ArrayList<>());
  }

  private static StrictFields of(
      JsonNode tree, String prefix, Set<String> known, List<Problem> problems) {
    if (!tree.isObject()) {
      StrictFields none = new StrictFields(JsonNodeFactory.instance.objectNode(), prefix, problems);
      problems.add(
          new Problem(
              prefix,
              (prefix.isEmpty() ? "the document" : prefix)
                  + " is an object of named fields, not "
                  + kindOf(tree)));
      return none;
    }
    StrictFields fields = new StrictFields(tree, prefix, problems);
    for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        fields.problem(name, unknown(fields.path(name), name, known));
      }
    }
    return fields;
  }

  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Whether a problem was found since this object was opened. */
  public boolean hasProblems() {
    return problems.size() > before;
  }

  /** Notes what is wrong with {@code key}. */
  public void problem(String key, String text) {
    problems.add(new Problem(path(key), text));
  }

  public boolean isAbsent(String key) {
    return tree.path(key).isMissingNode() || tree.path(key).isNull();
  }

  /** Notes a problem when {@code key} is not there. */
  public void require(String key) {
    if (isAbsent(key)) {
      problem(key, path(key) + " is missing");
    }
  }

  /** A text that is not blank. */
  public Optional<String> text(String key) {
    if (isAbsent(key)) {
      return Optional.empty();
    }
    JsonNode node = tree.path(key);
    if (!node.isTextual()) {
      problem(key, path(key) + " is a text, not " + kindOf(node));
      return Optional.empty();
    }
    if (node.textValue().isBlank()) {
      problem(key, path(key) + " is empty; give it a value or leave it out");
      return Optional.empty();
    }
    return Optional.of(node.textValue());
  }

  public OptionalInt integer(String key, int least, int most) {
    if (isAbsent(key)) {
      return OptionalInt.empty();
    }
    JsonNode node = tree.path(key);
    if (!node.isIntegralNumber()) {
      problem(key, path(key) + " is a whole number, not " + kindOf(node));
      return OptionalInt.empty();
    }
    if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
      problem(key, path(key) + " is " + least + " to " + most + ", not " + shown(node.asText()));
      return OptionalInt.empty();
    }
    return OptionalInt.of(node.intValue());
  }

  /** A whole number that is not negative; {@code fallback} when it is absent. */
  public long whole(String key, long fallback) {
    if (isAbsent(key)) {
      return fallback;
    }
    JsonNode node = tree.path(key);
    if (!node.isIntegralNumber()) {
      problem(key, path(key) + " is a whole number, not " + kindOf(node));
      return fallback;
    }
    // Far above any machine, and small enough that sums over a fleet cannot overflow.
    if (!node.canConvertToLong() || node.longValue() < 0 || node.longValue() > 1L << 40) {
      problem(key, path(key) + " is 0 to " + (1L << 40) + ", not " + shown(node.asText()));
      return fallback;
    }
    return node.longValue();
  }

  /** A whole number from 1 on, however large. */
  public OptionalLong positive(String key) {
    if (isAbsent(key)) {
      return OptionalLong.empty();
    }
    JsonNode node = tree.path(key);
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 1) {
      problem(key, path(key) + " is a whole number from 1 on, not " + kindOf(node));
      return OptionalLong.empty();
    }
    return OptionalLong.of(node.longValue());
  }

  /** A number that is not negative; {@code fallback} when it is absent. */
  public double decimal(String key, double fallback) {
    if (isAbsent(key)) {
      return fallback;
    }
    JsonNode node = tree.path(key);
    if (!node.isNumber()) {
      problem(key, path(key) + " is a number, not " + kindOf(node));
      return fallback;
    }
    double value = node.doubleValue();
    if (!(value >= 0 && value <= 65_536)) {
      problem(key, path(key) + " is 0 to 65536, not " + shown(node.asText()));
      return fallback;
    }
    return value;
  }

  /** A number within bounds, as JSON writes it; empty when it is absent. */
  Optional<String> number(String key, double least, double most, boolean whole) {
    if (isAbsent(key)) {
      return Optional.empty();
    }
    JsonNode node = tree.path(key);
    if (whole ? !node.isIntegralNumber() : !node.isNumber()) {
      problem(key, path(key) + " is a " + (whole ? "whole " : "") + "number, not " + kindOf(node));
      return Optional.empty();
    }
    double value = node.doubleValue();
    if (!(value >= least && value <= most)) {
      problem(
          key,
          "%s is %s to %s, not %s"
              .formatted(path(key), plain(least), plain(most), shown(node.asText())));
      return Optional.empty();
    }
    return Optional.of(plain(value));
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  public boolean bool(String key, boolean fallback) {
    if (isAbsent(key)) {
      return fallback;
    }
    JsonNode node = tree.path(key);
    if (!node.isBoolean()) {
      problem(key, path(key) + " is true or false, not " + kindOf(node));
      return fallback;
    }
    return node.booleanValue();
  }

  /** An object of texts, numbers and truth values, all taken as text; empty when it is absent. */
  public Map<String, String> scalars(String key) {
    Map<String, String> values = new TreeMap<>();
    if (isAbsent(key)) {
      return values;
    }
    JsonNode node = tree.path(key);
    if (!node.isObject()) {
      problem(key, path(key) + " is an object of named values, not " + kindOf(node));
      return values;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getValue().isValueNode() && !entry.getValue().isNull()) {
        values.put(entry.getKey(), entry.getValue().asText());
      } else {
        String path = path(key) + "." + shown(entry.getKey());
        problems.add(
            new Problem(path, path + " is a single value, not " + kindOf(entry.getValue())));
      }
    }
    return values;
  }

  /** A list of texts; empty when it is absent. */
  public List<String> texts(String key) {
    if (isAbsent(key)) {
      return List.of();
    }
    JsonNode node = tree.path(key);
    if (!node.isArray()) {
      problem(key, path(key) + " is a list of texts, not " + kindOf(node));
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (int at = 0; at < node.size(); at++) {
      if (node.get(at).isTextual()) {
        texts.add(node.get(at).textValue());
      } else {
        String path = path(key) + "[" + at + "]";
        problems.add(new Problem(path, path + " is a text, not " + kindOf(node.get(at))));
      }
    }
    return texts;
  }

  /** The object under {@code key}, whose problems are noted here too. */
  public Optional<StrictFields> object(String key, Set<String> known) {
    return isAbsent(key)
        ? Optional.empty()
        : Optional.of(of(tree.path(key), path(key), known, problems));
  }

  /** Untrusted text made fit for a message. */
  public static String shown(String raw) {
    String cut = raw.length() > SHOWN ? raw.substring(0, SHOWN) + "…" : raw;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  private String path(String key) {
    String shown = shown(key);
    return prefix.isEmpty() ? shown : prefix + "." + shown;
  }

  private static String unknown(String path, String name, Set<String> known) {
    Optional<String> near =
        known.stream()
            .filter(key -> distance(plain(key), plain(name)) <= 2)
            .min(
                (a, b) ->
                    Integer.compare(
                        distance(plain(a), plain(name)), distance(plain(b), plain(name))));
    return "unknown key '"
        + path
        + "'; "
        + near.map(key -> "did you mean '" + key + "'?")
            .orElseGet(() -> "known are " + String.join(", ", new TreeSet<>(known)));
  }

  private static String plain(String key) {
    String lower = key.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    return lower.length() > SHOWN ? lower.substring(0, SHOWN) : lower;
  }

  /** The least number of letters to change, add or drop. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }

  private static String kindOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case BOOLEAN -> "the truth value " + node.asText();
      case NUMBER -> "the number " + shown(node.asText());
      case STRING -> "the text '" + shown(node.asText()) + "'";
      case OBJECT -> "an object";
      case NULL, MISSING -> "nothing";
      case BINARY, POJO -> "something else";
    };
  }
}
