package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** All rounds in one table, a line for each kind of fault: the worst of its rounds. */
final class Table {

  private Table() {}

  static String of(List<Verdict> verdicts) {
    StringBuilder out =
        new StringBuilder(
            "| fault | rounds | requests | failed, allowed | failed, not allowed | longest gap"
                + " | as wished after | all nodes back after |\n|---|---|---|---|---|---|---|---|\n");
    for (FaultKind kind : FaultKind.values()) {
      List<Verdict> own = verdicts.stream().filter(each -> each.kind() == kind).toList();
      if (!own.isEmpty()) {
        out.append(line(kind, own)).append('\n');
      }
    }
    return out.toString();
  }

  private static String line(FaultKind kind, List<Verdict> own) {
    int undue = own.stream().mapToInt(Verdict::undue).sum();
    Duration gap = own.stream().map(Verdict::gap).max(Duration::compareTo).orElse(Duration.ZERO);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %.1f s | %s | %s |",
        kind.words(),
        own.size(),
        own.stream().mapToInt(Verdict::requests).sum(),
        own.stream().mapToInt(Verdict::failed).sum() - undue,
        undue,
        Round.seconds(gap),
        worst(own, Verdict::wished),
        worst(own, Verdict::settled));
  }

  private static String worst(List<Verdict> own, Function<Verdict, Optional<Duration>> time) {
    return own.stream().allMatch(each -> time.apply(each).isPresent())
        ? own.stream()
            .flatMap(each -> time.apply(each).stream())
            .max(Duration::compareTo)
            .map(Table::text)
            .orElse("never")
        : "never";
  }

  static String text(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", Round.seconds(time));
  }
}
