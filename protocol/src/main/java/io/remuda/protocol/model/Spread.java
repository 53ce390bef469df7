package io.remuda.protocol.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How the replicas of a deployment are laid over the machines. */
public enum Spread {
  /** Fill a machine before the next one is used: keeps large gaps free for large models. */
  BINPACK,
  /** One machine after the other: the loss of one takes few replicas. */
  SPREAD;

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  public static Spread of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
