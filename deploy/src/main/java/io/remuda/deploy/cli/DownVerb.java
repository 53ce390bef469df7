package io.remuda.deploy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends the nodes of data directories: what {@code up} started, or nodes of a fleet. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description =
        "End what runs from this data directory, with its engines: what 'up' started, or a registry,"
            + " model or gateway node. Of several directories gateways end first, then machines,"
            + " registry nodes last.",
    footer = {
      "",
      "Example: ./remuda down",
      "         ./remuda down --data .remuda/model-1",
      "         ./remuda down --data .remuda/registry-1 --data .remuda/model-1"
    })
final class DownVerb implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory that it was started with. May be given several times.")
  private List<Path> data = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "110s",
      description =
          "How long nodes of one kind may take; then they are killed. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  private final List<String> refused = new ArrayList<>();
  private final List<String> killed = new ArrayList<>();

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    Duration limit = Durations.parse(timeout);
    Set<Path> left = new LinkedHashSet<>();
    (data.isEmpty() ? List.of(Installation.defaultData()) : data)
        .forEach(folder -> left.add(real(folder)));
    Set<Path> seen = new LinkedHashSet<>();
    for (EndingNode.Turn turn : EndingNode.Turn.values()) {
      // Looked for at its turn: a process that was there before may have given way to another one.
      List<EndingNode> nodes = new ArrayList<>();
      for (Path folder : List.copyOf(left)) {
        Optional<EndingNode> node = EndingNode.in(folder);
        node.ifPresent(any -> seen.add(folder));
        node.filter(any -> any.turn().compareTo(turn) <= 0)
            .ifPresent(
                any -> {
                  nodes.add(any);
                  left.remove(folder);
                });
      }
      end(nodes, limit, world);
    }
    left.forEach(
        folder ->
            world
                .err()
                .println("nothing runs in " + folder + (seen.contains(folder) ? " any more" : "")));
    failUnlessAllEnded(limit);
    return Exit.OK.code();
  }

  /** Ends them all together. */
  private void end(List<EndingNode> nodes, Duration limit, Surroundings world) {
    long start = System.nanoTime();
    List<EndingNode> asked = new ArrayList<>();
    for (EndingNode node : nodes) {
      if (node.ask()) {
        asked.add(node);
      } else {
        refused.add("process " + node.pid());
      }
    }
    for (EndingNode node : asked) {
      Duration left = limit.minusNanos(System.nanoTime() - start);
      if (node.endsWithin(left)) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        world.err().println("process " + node.pid() + " ended after " + millis + " ms");
      } else {
        node.kill();
        killed.add("process " + node.pid());
      }
    }
  }

  private void failUnlessAllEnded(Duration limit) {
    List<String> failures = new ArrayList<>();
    if (!refused.isEmpty()) {
      failures.add(String.join(", ", refused) + " is not yours to end; ask who started it");
    }
    if (!killed.isEmpty()) {
      failures.add(
          "%s did not end within %d s and was killed; its engines may still run, and the next start"
                  .formatted(String.join(", ", killed), limit.toSeconds())
              + " in its data directory takes them over");
    }
    if (!failures.isEmpty()) {
      throw new CliFailure(
          refused.isEmpty() ? Exit.TIMED_OUT : Exit.NOT_ALLOWED, String.join("; ", failures));
    }
  }

  /** One directory has one such path, however it is named. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException absent) {
      return folder.toAbsolutePath().normalize();
    }
  }
}
