package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.ProcessStart;
import io.remuda.protocol.config.StrictConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that ended by itself is still found by the launcher that is about to start it again. */
final class VotedOutNodeTest {

  @TempDir private Path data;
  private Process launcher;

  @BeforeEach
  void start() throws Exception {
    launcher = new ProcessBuilder("sleep", "60").start();
  }

  @AfterEach
  void end() {
    launcher.destroyForcibly();
  }

  @Test
  void whatEndsUnaskedLeavesWordOfItsLauncher() {
    RunningNode running = node(true);

    running.close();

    assertThat(RunFile.read(data).flatMap(RunFile::launcher).flatMap(Launcher::process))
        .map(ProcessHandle::pid)
        .contains(launcher.pid());
    node(true).close(); // The directory is free for the next.
  }

  @Test
  void whatWasAskedToEndLeavesNone() {
    RunningNode running = node(true);
    running.asked();

    running.close();

    assertThat(data.resolve("run.json")).doesNotExist();
  }

  @Test
  void whatNobodyStartsAgainLeavesNone() {
    node(false).close();

    assertThat(data.resolve("run.json")).doesNotExist();
  }

  private RunningNode node(boolean launched) {
    Config config =
        StrictConfig.load(
            Optional.empty(), ConfigFactory.parseMap(Map.of("remuda.node.data", data.toString())));
    NodeHome home = NodeHome.open(config);
    String start = ProcessStart.of(launcher.pid()).orElseThrow();
    home.writeRun(Map.of("launcher", new Launcher(launcher.pid(), start).toJson()));
    return RunningNode.of(home, config, () -> {}, launched);
  }
}
