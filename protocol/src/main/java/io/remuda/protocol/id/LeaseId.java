package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** A lease of one or several models. */
public record LeaseId(@JsonValue String value) implements Comparable<LeaseId> {

  private static final Pattern PATTERN = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public LeaseId {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a lease id");
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<LeaseId> parse(String value) {
    return PATTERN.matcher(value).matches() ? Optional.of(new LeaseId(value)) : Optional.empty();
  }

  @Override
  public int compareTo(LeaseId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
