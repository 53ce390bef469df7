package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** The public part of an API key. */
public record KeyId(@JsonValue String value) implements Comparable<KeyId> {

  private static final Pattern PATTERN = Pattern.compile("[a-z0-9]{4,32}");

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public KeyId {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a key id");
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<KeyId> parse(String value) {
    return PATTERN.matcher(value).matches() ? Optional.of(new KeyId(value)) : Optional.empty();
  }

  @Override
  public int compareTo(KeyId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
