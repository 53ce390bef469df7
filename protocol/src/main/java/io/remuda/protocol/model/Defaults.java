package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a chat or a completion says to an engine where its client has not said it: a deployment's
 * own way of being asked. It changes no instance; gateways add it to the requests.
 *
 * @param numbers by the names of {@link Field}, as JSON writes them
 * @param system text of the system message of a chat that has none
 */
public record Defaults(Map<String, String> numbers, Optional<String> system) {

  /** Characters of a system message. More: every gateway keeps it of every deployment. */
  public static final int LONGEST_SYSTEM = 2_000;

  /** Clients have the last word on everything, and engines on what they leave out. */
  public static final Defaults NONE = new Defaults(Map.of(), Optional.empty());

  /** The numbers that may be said, with their bounds. */
  public enum Field {
    TEMPERATURE("temperature", 0, 2, false),
    TOP_P("top_p", 0, 1, false),
    TOP_K("top_k", 0, 1_000_000, true),
    MIN_P("min_p", 0, 1, false),
    MAX_TOKENS("max_tokens", 1, 1_048_576, true),
    PRESENCE_PENALTY("presence_penalty", -2, 2, false),
    FREQUENCY_PENALTY("frequency_penalty", -2, 2, false),
    SEED("seed", 0, Integer.MAX_VALUE, true);

    private final String key;
    private final double least;
    private final double most;
    private final boolean whole;

    Field(String key, double least, double most, boolean whole) {
      this.key = key;
      this.least = least;
      this.most = most;
      this.whole = whole;
    }

    /** Its name in a body. */
    public String key() {
      return key;
    }

    double least() {
      return least;
    }

    double most() {
      return most;
    }

    boolean whole() {
      return whole;
    }
  }

  public Defaults {
    numbers = Collections.unmodifiableMap(new TreeMap<>(Absent.orEmpty(numbers)));
    system = Absent.orEmpty(system);
  }

  public boolean isNothing() {
    return numbers.isEmpty() && system.isEmpty();
  }
}
