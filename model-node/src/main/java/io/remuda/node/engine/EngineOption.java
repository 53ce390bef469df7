package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One option that a deployment may set for an engine: its type decides which values are accepted,
 * so that a deployment can never smuggle another argument onto the command line.
 *
 * @param flag what is put on the command line, for instance {@code --cache-type-k}
 * @param values for CHOICE: all that is allowed
 * @param min for INTEGER and NUMBER: the smallest allowed value
 * @param max for INTEGER and NUMBER: the largest allowed value
 */
public record EngineOption(String flag, Type type, List<String> values, double min, double max) {

  /** The shape of an option's value. */
  public enum Type {
    /** {@code true} puts the flag there, {@code false} leaves it out. */
    SWITCH,
    INTEGER,
    NUMBER,
    CHOICE,
    /** Letters, digits and {@code ._:/-} only, not beginning with a dash, at most 128. */
    WORD
  }

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:/-]{0,127}");

  public EngineOption {
    values = List.copyOf(values);
  }

  /** The arguments that this value means, or a refusal that names what is allowed. */
  List<String> arguments(String name, String value) throws EngineRefusal {
    switch (type) {
      case SWITCH:
        if (value.equals("true") || value.equals("false")) {
          return value.equals("true") ? List.of(flag) : List.of();
        }
        throw refuse(name, value, "true or false");
      case INTEGER:
        try {
          long number = Long.parseLong(value);
          if (number >= min && number <= max) {
            return List.of(flag, Long.toString(number));
          }
        } catch (NumberFormatException e) {
          // Said below, with what is allowed.
        }
        throw refuse(name, value, "a whole number from " + (long) min + " to " + (long) max);
      case NUMBER:
        try {
          double number = Double.parseDouble(value);
          if (number >= min && number <= max) {
            return List.of(flag, Double.toString(number));
          }
        } catch (NumberFormatException e) {
          // Said below, with what is allowed.
        }
        throw refuse(name, value, "a number from " + min + " to " + max);
      case CHOICE:
        if (values.contains(value)) {
          return List.of(flag, value);
        }
        throw refuse(name, value, "one of " + String.join(", ", values));
      case WORD:
        if (WORD.matcher(value).matches() && !value.contains("..")) {
          return List.of(flag, value);
        }
        throw refuse(name, value, "letters, digits and ._:/- not beginning with a dash");
    }
    throw new IllegalStateException("no such option type: " + type);
  }

  private static EngineRefusal refuse(String name, String value, String allowed) {
    return new EngineRefusal(
        ErrorCode.INVALID_SPEC,
        "argument " + name + " is " + quoted(value) + ", allowed is " + allowed);
  }

  private static String quoted(String value) {
    String shown = value.length() > 40 ? value.substring(0, 40) + "..." : value;
    return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
  }
}
