package io.remuda.deploy.check;

import java.util.List;

/**
 * An invariant that did not hold.
 *
 * @param sentence what was seen instead
 * @param seen the observations that show it
 */
public record Violation(Invariant invariant, String sentence, List<Observation> seen) {

  public Violation {
    seen = List.copyOf(seen);
  }

  /** One line: the invariant, what it says, what was seen instead. */
  public String text() {
    return "%s %s (%s): %s".formatted(invariant.id(), invariant, invariant.sentence(), sentence);
  }
}
