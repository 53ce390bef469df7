package io.remuda.protocol.config;

/** How many letters one must change to make one word of another. */
final class Distance {

  private Distance() {}

  static int between(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] line = new int[to.length() + 1];
      line[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int change = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        line[column] =
            Math.min(Math.min(line[column - 1], above[column]) + 1, above[column - 1] + change);
      }
      above = line;
    }
    return above[to.length()];
  }
}
