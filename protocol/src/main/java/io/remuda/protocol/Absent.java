package io.remuda.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Components that an earlier version's message does not have. */
public final class Absent {

  private Absent() {}

  /** An empty one in the place of what the message left out. */
  @SuppressWarnings("NullAway")
  public static <T> Optional<T> orEmpty(Optional<T> component) {
    return component == null ? Optional.empty() : component;
  }

  /** An empty one in the place of what the message left out. */
  @SuppressWarnings("NullAway")
  public static <T> Set<T> orEmpty(Set<T> component) {
    return component == null ? Set.of() : Set.copyOf(component);
  }

  /** An empty one in the place of what the message left out. */
  @SuppressWarnings("NullAway")
  public static <T> List<T> orEmpty(List<T> component) {
    return component == null ? List.of() : List.copyOf(component);
  }

  /** An empty one in the place of what the message left out. */
  @SuppressWarnings("NullAway")
  public static OptionalInt orEmpty(OptionalInt component) {
    return component == null ? OptionalInt.empty() : component;
  }

  /** An empty one in the place of what the message left out. */
  @SuppressWarnings("NullAway")
  public static <K, V> Map<K, V> orEmpty(Map<K, V> component) {
    return component == null ? Map.of() : Map.copyOf(component);
  }
}
