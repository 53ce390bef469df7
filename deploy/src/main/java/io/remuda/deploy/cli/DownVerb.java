package io.remuda.deploy.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
      defaultValue = "60s",
      description =
          "How long nodes of one kind may take; then they are killed. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  @Override
  public Integer call() {
    Surroundings world = Main.of(spec).world();
    Duration limit = Durations.parse(timeout);
    Map<EndingNode.Turn, List<EndingNode>> turns = new TreeMap<>();
    for (Path folder : data.isEmpty() ? List.of(Installation.defaultData()) : data) {
      Path whole = folder.toAbsolutePath().normalize();
      EndingNode.in(whole)
          .ifPresentOrElse(
              node -> turns.computeIfAbsent(node.turn(), any -> new ArrayList<>()).add(node),
              () -> world.err().println("nothing runs in " + whole));
    }
    List<String> killed = new ArrayList<>();
    turns.values().forEach(nodes -> killed.addAll(end(nodes, limit, world)));
    if (!killed.isEmpty()) {
      throw new CliFailure(
          Exit.TIMED_OUT,
          "%s did not end within %d s and was killed; its engines may still run, and the next start"
                  .formatted(String.join(", ", killed), limit.toSeconds())
              + " in its data directory takes them over");
    }
    return Exit.OK.code();
  }

  /** Ends them all together; returns which had to be killed. */
  private static List<String> end(List<EndingNode> nodes, Duration limit, Surroundings world) {
    long start = System.nanoTime();
    nodes.forEach(EndingNode::ask);
    List<String> killed = new ArrayList<>();
    for (EndingNode node : nodes) {
      Duration left = limit.minusNanos(System.nanoTime() - start);
      if (node.endsWithin(left)) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        world.err().println("process " + node.pid() + " ended after " + millis + " ms");
      } else {
        node.kill();
        killed.add("process " + node.pid());
      }
    }
    return killed;
  }
}
