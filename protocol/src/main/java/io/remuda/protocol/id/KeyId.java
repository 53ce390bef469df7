package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** The public part of an API key. */
public record KeyId(@JsonValue String value) implements Comparable<KeyId> {

  private static final int LEAST = 4;
  private static final int MOST = 32;

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public KeyId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a key id");
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<KeyId> parse(String value) {
    return isValid(value) ? Optional.of(new KeyId(value)) : Optional.empty();
  }

  /** Not by a pattern: each request shows a key. */
  private static boolean isValid(String value) {
    if (value.length() < LEAST || value.length() > MOST) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
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
