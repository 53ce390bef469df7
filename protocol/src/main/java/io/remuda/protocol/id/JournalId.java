package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/** The registry's journal, minted once; a machine refuses commands that come from another one. */
public record JournalId(@JsonValue String value) implements Comparable<JournalId> {

  private static final Pattern PATTERN = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public JournalId {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a journal id");
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<JournalId> parse(String value) {
    return PATTERN.matcher(value).matches() ? Optional.of(new JournalId(value)) : Optional.empty();
  }

  @Override
  public int compareTo(JournalId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
