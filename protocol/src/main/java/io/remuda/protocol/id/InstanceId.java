package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * One replica of a model: {@code <model>-<number>}, where the number is the journal's sequence
 * number at which the replica was assigned, so that an id is never used twice.
 */
public record InstanceId(ModelName model, long number) implements Comparable<InstanceId> {

  public InstanceId {
    if (number < 0) {
      throw new IllegalArgumentException("an instance number is not negative: " + number);
    }
  }

  /** Throws IllegalArgumentException unless {@code raw} is {@code <model>-<number>}. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static InstanceId of(String raw) {
    return parse(raw)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + Shown.of(raw) + "' is not an instance id (<model>-<number>)"));
  }

  /** The id, or empty when {@code raw} is not {@code <model>-<number>}. */
  public static Optional<InstanceId> parse(String raw) {
    int dash = raw.lastIndexOf('-');
    String digits = raw.substring(dash + 1);
    if (dash < 1 || !isNumber(digits)) {
      return Optional.empty();
    }
    long number = Long.parseLong(digits);
    return ModelName.parse(raw.substring(0, dash)).map(model -> new InstanceId(model, number));
  }

  /** Of 1 to 18 digits. Not by a pattern: each request between machines names an instance. */
  private static boolean isNumber(String digits) {
    if (digits.isEmpty() || digits.length() > 18) {
      return false;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(InstanceId other) {
    int byModel = model.compareTo(other.model);
    return byModel != 0 ? byModel : Long.compare(number, other.number);
  }

  @JsonValue
  @Override
  public String toString() {
    return model + "-" + number;
  }
}
