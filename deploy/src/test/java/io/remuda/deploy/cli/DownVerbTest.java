package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.ProcessStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom {@code down} ends. */
final class DownVerbTest {

  @TempDir private Path data;

  @Test
  void theLauncherOfANodeThatIsGoneUntilItIsStartedAgain() throws Exception {
    Process gone = new ProcessBuilder("sleep", "60").start();
    String goneStart = ProcessStart.of(gone.pid()).orElseThrow();
    gone.destroyForcibly().waitFor();
    Process launcher = new ProcessBuilder("sleep", "60").start();
    try {
      Files.writeString(
          data.resolve("run.json"),
          """
          {"pid": %d, "processStart": "%s", "launcher": {"pid": %d, "processStart": "%s"}}
          """
              .formatted(
                  gone.pid(),
                  goneStart,
                  launcher.pid(),
                  ProcessStart.of(launcher.pid()).orElseThrow()));

      Typed typed = Typed.line("down", "--data", data.toString());

      assertThat(typed.exit()).as(typed.err()).isZero();
      assertThat(typed.err()).contains("process " + launcher.pid() + " ended");
      assertThat(launcher.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      launcher.destroyForcibly();
    }
  }
}
