package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.ProcessStart;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order {@code down} ends several nodes, and what it does with one that does not end. */
final class DownOrderTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void gatewaysEndFirstThenMachinesAndRegistryNodesLast() throws Exception {
    node("registry", "exit 0");
    node("model", "exit 0");
    node("gateway", "exit 0");

    Typed typed =
        Typed.line(
            "down", "--data", at("registry"), "--data", at("model"), "--data", at("gateway"));

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(Files.readAllLines(asked())).containsExactly("gateway", "model", "registry");
    assertThat(processes).noneMatch(Process::isAlive);
  }

  @Test
  void oneThatDoesNotEndIsKilledAndTheOthersStillEndInTheirTurn() throws Exception {
    node("registry", "exit 0");
    node("model", ":");

    Typed typed =
        Typed.line("down", "--data", at("registry"), "--data", at("model"), "--timeout", "2s");

    assertThat(typed.exit()).as(typed.err()).isEqualTo(6);
    assertThat(typed.err()).contains("process " + processes.get(1).pid() + " did not end within 2");
    assertThat(Files.readAllLines(asked())).containsExactly("model", "registry");
    assertThat(processes.get(1).isAlive()).isFalse();
  }

  private Path asked() {
    return folder.resolve("asked");
  }

  private String at(String role) {
    return folder.resolve(role).toString();
  }

  /** A process that notes its role when it is asked to end, and does {@code then}. */
  private void node(String role, String then) throws IOException {
    Path data = Files.createDirectories(folder.resolve(role));
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
  }
}
