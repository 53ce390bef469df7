package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All rounds in one table, a line for each kind of fault: the worst of its rounds. */
final class Table {

  private Table() {}

  static String of(List<Verdict> verdicts) {
    StringBuilder out =
        new StringBuilder(
            "| fault | rounds | requests | failed, allowed | failed, not allowed | longest gap"
                + " | as wished after |\n|---|---|---|---|---|---|---|\n");
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
    Optional<Duration> settled =
        own.stream().allMatch(each -> each.settled().isPresent())
            ? own.stream().flatMap(each -> each.settled().stream()).max(Duration::compareTo)
            : Optional.empty();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %.1f s | %s |",
        kind.words(),
        own.size(),
        own.stream().mapToInt(Verdict::requests).sum(),
        own.stream().mapToInt(Verdict::failed).sum() - undue,
        undue,
        Round.seconds(gap),
        settled.map(at -> String.format(Locale.ROOT, "%.1f s", Round.seconds(at))).orElse("never"));
  }
}
