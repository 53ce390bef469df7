package io.remuda.deploy.moves;

import java.util.Optional;

/**
 * What was typed behind the name of a measurement.
 *
 * @param count rounds
 * @param flag whether its one option was given
 */
record Rounds(int count, boolean flag, boolean help) {

  /** The worst of so many is a figure. */
  private static final int DEFAULT = 9;

  private static final int MOST = 1_000;

  /**
   * Reads it; empty when it cannot be understood.
   *
   * @param option the one option of the measurement; nothing is typed for an empty one
   */
  static Optional<Rounds> parse(String[] arguments, String option) {
    Rounds read = new Rounds(DEFAULT, false, false);
    for (String each : arguments) {
      if (each.equals("--help")) {
        read = new Rounds(read.count(), read.flag(), true);
      } else if (!option.isEmpty() && each.equals(option)) {
        read = new Rounds(read.count(), true, read.help());
      } else if (each.matches("[1-9][0-9]{0,3}") && Integer.parseInt(each) <= MOST) {
        read = new Rounds(Integer.parseInt(each), read.flag(), read.help());
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(read);
  }
}
