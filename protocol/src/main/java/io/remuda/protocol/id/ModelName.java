package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** The name of a deployment, which clients send as {@code model}. */
public record ModelName(@JsonValue String value) implements Comparable<ModelName> {

  /** What a name looks like; shown in refusals. */
  public static final String SHAPE = "[a-z0-9][a-z0-9._-]{0,63}";

  private static final Pattern PATTERN = Pattern.compile(SHAPE);

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

  private static boolean isValid(String value) {
    return PATTERN.matcher(value).matches() && !value.contains("..");
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
