package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order {@code down} ends several nodes, and what it does with one that does not end. */
final class DownOrderTest {

  @TempDir private Path folder;
  private AskedNodes nodes;

  @BeforeEach
  void begin() {
    nodes = new AskedNodes(folder);
  }

  @AfterEach
  void end() {
    nodes.close();
  }

  @Test
  void gatewaysEndFirstThenMachinesAndRegistryNodesLast() throws Exception {
    nodes.start("registry", "exit 0");
    nodes.start("model", "exit 0");
    nodes.start("gateway", "exit 0");

    Typed typed =
        Typed.line(
            "down", "--data", at("registry"), "--data", at("model"), "--data", at("gateway"));

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(nodes.inOrder()).containsExactly("gateway", "model", "registry");
    assertThat(nodes.processes()).noneMatch(Process::isAlive);
  }

  @Test
  void oneThatDoesNotEndIsKilledAndTheOthersStillEndInTheirTurn() throws Exception {
    nodes.start("registry", "exit 0");
    Process stubborn = nodes.start("model", ":");

    // Long enough for the one that does end, also where its process stands still for seconds.
    Typed typed =
        Typed.line("down", "--data", at("registry"), "--data", at("model"), "--timeout", "10s");

    assertThat(typed.exit()).as(typed.err()).isEqualTo(6);
    assertThat(typed.err()).contains("process " + stubborn.pid() + " did not end within 10 s");
    assertThat(nodes.inOrder()).containsExactly("model", "registry");
    assertThat(stubborn.isAlive()).isFalse();
  }

  private String at(String role) {
    return nodes.at(role).toString();
  }
}
