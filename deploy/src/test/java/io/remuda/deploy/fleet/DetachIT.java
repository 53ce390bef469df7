package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up --detach} and {@code down}. */
final class DetachIT {

  private static final int TIMES = 10;
  private static final int LAST_WORDS = 20_000;
  private static final Duration LAST_STEP = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void tenTimesUpAndDownLeaveNoProcessBehind() {
    String data = folder.resolve("data").toString();
    String port = Integer.toString(FreePort.next());
    Path logs = folder.resolve("logs");
    for (int i = 0; i < TIMES; i++) {
      Launched.Ended started = Launched.run(logs, "up", "--detach", "--data", data, "--port", port);
      assertThat(started.exit()).as("%s%s", started.err(), lastWords(data)).isZero();
      assertThat(started.out()).contains("ready http://127.0.0.1:" + port);

      Launched.Ended ended = Launched.run(logs, Map.of(), "down", "--data", data);

      assertThat(ended.exit()).as(ended.err()).isZero();
      // A keeper notes how its engine ended and goes; nobody waits for its last step.
      Eventually.passes(
          "nothing is left after round " + i,
          LAST_STEP,
          () -> assertThat(processesThatKnow(data)).isEmpty());
    }
    assertThat(Launched.run(logs, "down", "--data", data).err()).contains("nothing runs in");
  }

  /** The folder goes with the test. */
  private static String lastWords(String data) {
    try {
      String log = Files.readString(Path.of(data, "logs", "up.log"));
      return log.substring(Math.max(0, log.length() - LAST_WORDS));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Engines, keepers and JVMs all carry the data directory in their command lines. */
  private static List<String> processesThatKnow(String data) {
    return ProcessHandle.allProcesses()
        .filter(ProcessHandle::isAlive)
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(data))
        .toList();
  }
}
