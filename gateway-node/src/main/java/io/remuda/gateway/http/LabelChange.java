package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.model.StrictFields;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a caller wants changed of a machine's labels: those to set, and those to take away. What is
 * in neither stays.
 */
record LabelChange(Map<String, String> set, Set<String> removed) {

  private static final int MOST = 64;
  private static final int VALUE_LENGTH = 128;

  /** Ends with a letter or digit, so that a command may write {@code key-} to take one away. */
  private static final Pattern KEY =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?");

  LabelChange {
    set = Map.copyOf(set);
    removed = Set.copyOf(removed);
  }

  /** An object of labels, where null takes one away; throws a refusal of anything else. */
  static LabelChange of(JsonNode body) {
    if (!body.isObject() || body.isEmpty() || body.size() > MOST) {
      throw wrong("the body is an object of 1 to " + MOST + " labels, null takes one away");
    }
    Map<String, String> set = new TreeMap<>();
    Set<String> removed = new TreeSet<>();
    body.fields()
        .forEachRemaining(
            field -> {
              String key = checked(field.getKey());
              if (field.getValue().isNull()) {
                removed.add(key);
              } else {
                set.put(key, value(key, field.getValue()));
              }
            });
    return new LabelChange(set, removed);
  }

  private static String checked(String key) {
    if (!KEY.matcher(key).matches()) {
      throw wrong(
          "'%s' is no label: 1 to 63 letters, digits and . _ / -, a letter or digit first and last"
              .formatted(StrictFields.shown(key)));
    }
    return key;
  }

  private static String value(String key, JsonNode value) {
    boolean fits =
        value.isTextual()
            && value.textValue().length() <= VALUE_LENGTH
            && value.textValue().chars().noneMatch(Character::isISOControl);
    if (!fits) {
      throw Refusal.of(
          ErrorCode.INVALID_REQUEST,
          "the value of "
              + key
              + " is a text of at most "
              + VALUE_LENGTH
              + " letters in one line, or null to take the label away",
          key);
    }
    return value.textValue();
  }

  private static Refusal wrong(String sentence) {
    return Refusal.of(ErrorCode.INVALID_REQUEST, sentence);
  }
}
