package io.remuda.deploy.cli;

import io.remuda.protocol.config.ProcessStart;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Processes that look like nodes and note, in one file, that they were asked to end. */
final class AskedNodes implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path folder;
  private final List<Process> processes = new ArrayList<>();

  AskedNodes(Path folder) {
    this.folder = folder;
  }

  /** A node of this role that does {@code then} when it has noted its role. */
  Process start(String role, String then) throws IOException {
    Path data = Files.createDirectories(at(role));
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "trap 'echo %s >> %s; %s' TERM; touch %s; while :; do sleep 0.05; done"
                    .formatted(role, asked(), then, data.resolve("listens")))
            .start();
    processes.add(process);
    Files.writeString(
        data.resolve("run.json"),
        """
        {"role": "%s", "pid": %d, "processStart": "%s"}
        """
            .formatted(role, process.pid(), ProcessStart.of(process.pid()).orElseThrow()));
    Eventually.isTrue("it listens", SOON, () -> Files.exists(data.resolve("listens")));
    return process;
  }

  /** The data directory of the node of this role. */
  Path at(String role) {
    return folder.resolve(role);
  }

  /** The roles of those that were asked, in this order. */
  List<String> inOrder() throws IOException {
    return Files.readAllLines(asked());
  }

  List<Process> processes() {
    return processes;
  }

  private Path asked() {
    return folder.resolve("asked");
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
