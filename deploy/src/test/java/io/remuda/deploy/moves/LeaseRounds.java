package io.remuda.deploy.moves;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was typed behind the name of the measurement of leases.
 *
 * @param cycles holders that are stopped and go on
 */
record LeaseRounds(Rounds rounds, int cycles) {

  private static final String CYCLES = "--cycles";
  private static final int DEFAULT = 100;

  /** Reads it; empty when it cannot be understood. */
  static Optional<LeaseRounds> parse(String[] arguments) {
    List<String> rest = new ArrayList<>(List.of(arguments));
    int at = rest.indexOf(CYCLES);
    int cycles = DEFAULT;
    if (at >= 0) {
      boolean number = at + 1 < rest.size() && rest.get(at + 1).matches("[1-9][0-9]{0,3}");
      if (!number) {
        return Optional.empty();
      }
      cycles = Integer.parseInt(rest.remove(at + 1));
      rest.remove(at);
    }
    int wanted = cycles;
    return Rounds.parse(rest.toArray(String[]::new), "")
        .map(rounds -> new LeaseRounds(rounds, wanted));
  }
}
