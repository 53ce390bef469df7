package io.remuda.deploy.task;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What each round of {@link TasksBenchmark} gave, and whether the medians keep their bounds. */
final class Medians {

  /** In the order in which they are told. */
  enum Figure {
    RAW_PUBLISH("bare broker, confirmed publishes /s"),
    RAW_TO_ACK("bare broker, publish to ack /s"),
    SUBMITS("submits /s"),
    SUBMITS_OF_RAW("submits, of the bare broker's", 0.3, true),
    END_TO_END("end to end /s"),
    END_TO_END_OF_RAW("end to end, of the bare broker's", 0.25, true),
    DRAIN("one instance drains /s", 3_000, true),
    P99_AT_HALF("p99 at half that load, ms", 100, false);

    private final String name;
    private final double bound;
    private final boolean atLeast;

    Figure(String name) {
      this(name, 0, true);
    }

    Figure(String name, double bound, boolean atLeast) {
      this.name = name;
      this.bound = bound;
      this.atLeast = atLeast;
    }

    private boolean kept(double median) {
      return atLeast ? median >= bound : median <= bound;
    }
  }

  private final String what;
  private final Map<Figure, List<Double>> rounds = new EnumMap<>(Figure.class);

  Medians(String what) {
    this.what = what;
  }

  void add(Figure figure, double value) {
    rounds.computeIfAbsent(figure, none -> new ArrayList<>()).add(value);
  }

  /** A line for each figure; whether all bounds are kept. */
  boolean print() {
    boolean all = true;
    for (Map.Entry<Figure, List<Double>> entry : rounds.entrySet()) {
      Figure figure = entry.getKey();
      List<Double> sorted = entry.getValue().stream().sorted().toList();
      double median = median(sorted);
      String verdict = "";
      if (figure.bound > 0) {
        boolean kept = figure.kept(median);
        all &= kept;
        verdict =
            String.format(
                "%s %s: %s",
                figure.atLeast ? "at least" : "at most",
                number(figure.bound),
                kept ? "kept" : "MISSED");
      }
      System.out.printf(
          "%-17s %-36s %9s (%s to %s; by round %s)  %s%n",
          what,
          figure.name,
          number(median),
          number(sorted.get(0)),
          number(sorted.get(sorted.size() - 1)),
          String.join(", ", entry.getValue().stream().map(Medians::number).toList()),
          verdict);
    }
    return all;
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static String number(double value) {
    return String.format(value < 10 ? "%.2f" : value < 1_000 ? "%.1f" : "%.0f", value);
  }
}
