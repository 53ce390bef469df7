package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * All names that begin alike, which people write as {@code team-a-*}. Nothing else is a pattern, so
 * that whether one covers another can be told.
 */
public record ModelPattern(@JsonValue String beginning) implements Comparable<ModelPattern> {

  /** What one looks like; shown in refusals. */
  public static final String SHAPE = "the beginning of a name and a '*', such as team-a-*";

  private static final String ANY = "*";

  /** Throws IllegalArgumentException when no name begins so. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ModelPattern {
    if (ModelName.parse(beginning).isEmpty()) {
      throw new IllegalArgumentException("no name begins with '" + Shown.of(beginning) + "'");
    }
  }

  /** The pattern that somebody wrote, or empty when it is none. */
  public static Optional<ModelPattern> parse(String written) {
    return written.endsWith(ANY)
        ? ModelName.parse(written.substring(0, written.length() - ANY.length()))
            .map(name -> new ModelPattern(name.value()))
        : Optional.empty();
  }

  public boolean covers(ModelName name) {
    return name.value().startsWith(beginning);
  }

  /** Whether it covers every name that {@code other} does. */
  public boolean covers(ModelPattern other) {
    return other.beginning.startsWith(beginning);
  }

  @Override
  public int compareTo(ModelPattern other) {
    return beginning.compareTo(other.beginning);
  }

  /** As people write it. */
  @Override
  public String toString() {
    return beginning + ANY;
  }
}
