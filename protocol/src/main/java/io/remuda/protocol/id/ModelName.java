package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** The name of a deployment, which clients send as {@code model}. */
public record ModelName(@JsonValue String value) implements Comparable<ModelName> {

  /** What a name looks like; shown in refusals. */
  public static final String SHAPE = "[a-z0-9][a-z0-9._-]{0,63}";

  private static final int MOST = 64;

  /** Throws IllegalArgumentException when {@code value} does not have the {@link #SHAPE}. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ModelName {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "the name '" + Shown.of(value) + "' does not match " + SHAPE);
    }
  }

  /** The name, or empty when {@code value} does not have the {@link #SHAPE}. */
  public static Optional<ModelName> parse(String value) {
    return isValid(value) ? Optional.of(new ModelName(value)) : Optional.empty();
  }

  /** Not by a pattern: each request names a model, some more than once. */
  private static boolean isValid(String value) {
    if (value.isEmpty() || value.length() > MOST || !isLetterOrDigit(value.charAt(0))) {
      return false;
    }
    for (int i = 1; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean two = c == '.' && value.charAt(i - 1) == '.';
      if (two || !isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
  }

  @Override
  public int compareTo(ModelName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
