package io.remuda.protocol.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A durable task. Minted ids carry the task's deadline, {@code tk_<milliseconds in base
 * 36>_<random>}, so that whoever holds an id knows without the result store when the task has
 * expired.
 */
public record TaskId(@JsonValue String value) implements Comparable<TaskId> {

  private static final Pattern PATTERN = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{0,79}");
  private static final Pattern MINTED = Pattern.compile("tk_([0-9a-z]{1,11})_[0-9a-z]{16,26}");
  private static final int RADIX = 36;

  /** Throws IllegalArgumentException when {@code value} is of another shape. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TaskId {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + Shown.of(value) + "' is not a task id");
    }
  }

  /**
   * A new id; two of the same deadline differ by 100 bits of {@code random}.
   *
   * @param random not to be guessed, since whoever knows an id may ask for its task
   */
  public static TaskId mint(Instant deadline, RandomGenerator random) {
    StringBuilder value = new StringBuilder("tk_");
    value.append(Long.toString(Math.max(0, deadline.toEpochMilli()), RADIX)).append('_');
    for (int i = 0; i < 20; i++) {
      value.append(Character.forDigit(random.nextInt(32), RADIX));
    }
    return new TaskId(value.toString());
  }

  /**
   * The one id that belongs to a part of something larger, so that whoever works on that never
   * makes two tasks of one part.
   *
   * @param whole an id that nobody guesses
   */
  public static TaskId derived(Instant deadline, String whole, int part) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((whole + ' ' + part).getBytes(StandardCharsets.UTF_8));
      StringBuilder value = new StringBuilder("tk_");
      value.append(Long.toString(Math.max(0, deadline.toEpochMilli()), RADIX)).append('_');
      for (int i = 0; i < 20; i++) {
        value.append(Character.forDigit(digest[i] & 31, RADIX));
      }
      return new TaskId(value.toString());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The id, or empty when {@code value} is of another shape. */
  public static Optional<TaskId> parse(String value) {
    return PATTERN.matcher(value).matches() ? Optional.of(new TaskId(value)) : Optional.empty();
  }

  /** When the task expires; empty when the id was not minted here. */
  public Optional<Instant> deadline() {
    Matcher minted = MINTED.matcher(value);
    if (!minted.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.ofEpochMilli(Long.parseLong(minted.group(1), RADIX)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(TaskId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
