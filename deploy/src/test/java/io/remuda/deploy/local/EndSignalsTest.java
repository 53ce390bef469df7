package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What signals do to a node's process. */
final class EndSignalsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void theFirstEndsItInGoodOrderAndTheSecondHastensThat() throws Exception {
    Path data = folder.resolve("data");
    Path said = folder.resolve("said");
    Process node =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx64m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    EndingNode.class.getName(),
                    data.toString()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      awaitSaid(said, "up");

      node.destroy();
      awaitSaid(said, "draining");
      assertThat(node.isAlive()).isTrue();
      assertThat(Files.readString(said)).doesNotContain("hastened");
      node.destroy();

      assertThat(node.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(node.exitValue()).isEqualTo(128 + 15);
      assertThat(Files.readString(said)).contains("hastened");
      assertThat(data.resolve("run.json")).doesNotExist();
    } finally {
      node.destroyForcibly();
    }
  }

  private static void awaitSaid(Path said, String text) {
    Eventually.isTrue("it says " + text, LIMIT, () -> Files.readString(said).contains(text));
  }
}
