package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.ProcessStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code down} may believe of a run.json. */
final class RunFileTest {

  @TempDir private Path data;

  @Test
  void isEmptyWithoutAFileAndForADamagedOne() throws IOException {
    assertThat(RunFile.read(data)).isEmpty();

    write("{\"pid\": ");
    assertThat(RunFile.read(data)).isEmpty();

    write("{\"pid\": 0}");
    assertThat(RunFile.read(data)).isEmpty();
  }

  @Test
  void tellsWhatTheNodeSaid() throws IOException {
    write("{\"pid\": 7, \"ready\": true, \"url\": \"http://127.0.0.1:1\"}");

    RunFile run = RunFile.read(data).orElseThrow();

    assertThat(run.pid()).isEqualTo(7);
    assertThat(run.ready()).isTrue();
    assertThat(run.url()).contains("http://127.0.0.1:1");
  }

  @Test
  void findsTheProcessThatWroteIt() throws IOException {
    long own = ProcessHandle.current().pid();

    write(run(own, ProcessStart.ofThisProcess().orElseThrow()));

    assertThat(RunFile.read(data).flatMap(RunFile::process))
        .hasValueSatisfying(process -> assertThat(process.pid()).isEqualTo(own));
  }

  @Test
  void neverTakesAProcessForOursThatGotTheNumberLater() throws IOException, InterruptedException {
    // It runs a node too: what tells the two apart is when they started.
    Process other =
        new ProcessBuilder("sh", "-c", "read line", "io.remuda.deploy.cli.Main").start();
    try {
      write(run(other.pid(), ProcessStart.ofThisProcess().orElseThrow()));
      assertThat(RunFile.read(data).flatMap(RunFile::process)).isEmpty();

      write("{\"pid\": " + other.pid() + "}");
      assertThat(RunFile.read(data).flatMap(RunFile::process)).isEmpty();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void findsNothingOnceTheProcessHasEnded() throws IOException, InterruptedException {
    Process other = new ProcessBuilder("sleep", "60").start();
    write(run(other.pid(), ProcessStart.of(other.pid()).orElseThrow()));
    assertThat(RunFile.read(data).flatMap(RunFile::process)).isPresent();

    other.destroyForcibly().waitFor();

    assertThat(RunFile.read(data).flatMap(RunFile::process)).isEmpty();
  }

  private static String run(long pid, String processStart) {
    return "{\"pid\": " + pid + ", \"processStart\": \"" + processStart + "\"}";
  }

  private void write(String json) throws IOException {
    Files.writeString(data.resolve("run.json"), json);
  }
}
