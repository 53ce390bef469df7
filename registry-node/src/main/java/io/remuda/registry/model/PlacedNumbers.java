package io.remuda.registry.model;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Numbers of the instances that events of this journal placed, whatever has become of them. One
 * that runs under another number was placed by an event that the journal does not have. Of many
 * only the latest are kept.
 *
 * @param before numbers below this one count as placed
 * @param kept those from there on, in order
 */
public record PlacedNumbers(long before, SortedSet<Long> kept) {

  /** A machine is hardly away while a name is placed so often. */
  static final int MOST_KEPT = 256;

  public static final PlacedNumbers NONE = new PlacedNumbers(0, Collections.emptySortedSet());

  public PlacedNumbers {
    kept = Collections.unmodifiableSortedSet(new TreeSet<>(kept));
  }

  /** Where it is not known which of the numbers up to {@code last} were an instance's. */
  public static PlacedNumbers unknownUpTo(long last) {
    return new PlacedNumbers(last + 1, Collections.emptySortedSet());
  }

  PlacedNumbers and(long number) {
    SortedSet<Long> next = new TreeSet<>(kept);
    next.add(number);
    if (next.size() <= MOST_KEPT) {
      return new PlacedNumbers(before, next);
    }
    next.remove(next.first());
    return new PlacedNumbers(next.first(), next);
  }

  boolean has(long number) {
    return number < before || kept.contains(number);
  }
}
