package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.ProcessStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a registry node takes for its launcher, and what {@code down} believes of that. */
final class LauncherTest {

  @Test
  void onlyTheParentThatNamesItselfIsTheLauncher() {
    long parent = ProcessHandle.current().parent().orElseThrow().pid();

    assertThat(named(Long.toString(parent))).isPresent();
    assertThat(named(Long.toString(ProcessHandle.current().pid()))).isEmpty();
    assertThat(Launcher.ofThisProcess(Map.of())).isEmpty();
  }

  @Test
  void isReadFromTheRunFileAndFoundWhileItRuns(@TempDir Path data) throws Exception {
    Process launcher = new ProcessBuilder("sleep", "60").start();
    String start = ProcessStart.of(launcher.pid()).orElseThrow();
    Files.writeString(
        data.resolve("run.json"),
        "{\"pid\": 7, \"launcher\": {\"pid\": %d, \"processStart\": \"%s\"}}"
            .formatted(launcher.pid(), start));

    Launcher read = RunFile.read(data).flatMap(RunFile::launcher).orElseThrow();

    assertThat(read.process().map(ProcessHandle::pid)).contains(launcher.pid());
    launcher.destroyForcibly().waitFor();
    assertThat(read.process()).isEmpty();
  }

  private static java.util.Optional<Launcher> named(String pid) {
    return Launcher.ofThisProcess(Map.of("REMUDA_LAUNCHER_PID", pid));
  }
}
