package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.model.Defaults.Field;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code defaults} of a deployment, as people write them. */
final class DefaultsJson {

  private static final String SYSTEM = "system";

  private DefaultsJson() {}

  /** What is said of them in {@code parent}; problems there where it cannot be. */
  static Defaults read(StrictFields parent) {
    Defaults defaults =
        parent.object("defaults", keys()).map(DefaultsJson::of).orElse(Defaults.NONE);
    if (!defaults.isNothing() && !parent.isAbsent("schema")) {
      parent.problem(
          "defaults",
          "defaults are said in chats and completions, which a model with a schema does not"
              + " answer; leave out one of both");
    }
    return defaults;
  }

  private static Set<String> keys() {
    Set<String> keys = new TreeSet<>(Set.of(SYSTEM));
    for (Field field : Field.values()) {
      keys.add(field.key());
    }
    return keys;
  }

  private static Defaults of(StrictFields fields) {
    Map<String, String> numbers = new TreeMap<>();
    for (Field field : Field.values()) {
      fields
          .number(field.key(), field.least(), field.most(), field.whole())
          .ifPresent(number -> numbers.put(field.key(), number));
    }
    Optional<String> system = fields.text(SYSTEM);
    if (system.filter(text -> text.length() > Defaults.LONGEST_SYSTEM).isPresent()) {
      fields.problem(
          SYSTEM,
          "defaults.system has at most %d characters, not %d"
              .formatted(Defaults.LONGEST_SYSTEM, system.get().length()));
    }
    return new Defaults(numbers, system);
  }

  /** What is not as when nothing is said. */
  static void write(Defaults defaults, ObjectNode json) {
    if (!defaults.isNothing()) {
      ObjectNode said = json.putObject("defaults");
      // A whole number is to be read as one again.
      defaults
          .numbers()
          .forEach(
              (key, number) -> {
                if (number.indexOf('.') < 0) {
                  said.put(key, Long.parseLong(number));
                } else {
                  said.put(key, new BigDecimal(number));
                }
              });
      defaults.system().ifPresent(text -> said.put(SYSTEM, text));
    }
  }
}
