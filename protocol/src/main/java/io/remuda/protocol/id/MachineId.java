package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** A machine, named once at random in its data directory and kept for good. */
public record MachineId(@JsonValue String value) implements Comparable<MachineId> {

  private static final Pattern PATTERN = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public MachineId {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a machine id");
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<MachineId> parse(String value) {
    return PATTERN.matcher(value).matches() ? Optional.of(new MachineId(value)) : Optional.empty();
  }

  @Override
  public int compareTo(MachineId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
