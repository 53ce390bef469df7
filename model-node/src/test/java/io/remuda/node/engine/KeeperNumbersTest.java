package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the keeper is told in seconds, and what it makes of the kernel's counts. */
class KeeperNumbersTest {

  @TempDir Path folder;

  @Test
  void aPartOfASecondIsNotForEver() {
    assertThat(KeeperLauncher.seconds(Duration.ofMillis(500))).isEqualTo(1);
    assertThat(KeeperLauncher.seconds(Duration.ofNanos(1))).isEqualTo(1);
    assertThat(KeeperLauncher.seconds(Duration.ofMillis(1_500))).isEqualTo(2);
    assertThat(KeeperLauncher.seconds(Duration.ofMinutes(10))).isEqualTo(600);
    assertThat(KeeperLauncher.seconds(Duration.ZERO)).as("for ever").isZero();
  }

  @Test
  void anEngineIsBlamedForItsOwnLimitAlone() throws Exception {
    assertThat(memoryRanOut("events", "max 9\noom 2\noom_kill 1\noom_group_kill 0\n")).isTrue();
    assertThat(memoryRanOut("events", "max 0\noom 0\noom_kill 1\noom_group_kill 0\n"))
        .as("the whole machine's memory ran out")
        .isFalse();
    assertThat(memoryRanOut("events", "max 9\noom 2\noom_kill 0\n"))
        .as("none was killed")
        .isFalse();
  }

  @Test
  void anEngineInACgroupOfVersion1IsBlamedForItsOwnLimitAlone() throws Exception {
    String killed = "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n";
    Files.writeString(folder.resolve("memory.failcnt"), "7\n");
    assertThat(memoryRanOut("oom_control", killed)).isTrue();
    Files.writeString(folder.resolve("memory.failcnt"), "0\n");
    assertThat(memoryRanOut("oom_control", killed)).isFalse();
  }

  /** Asks the keeper's own function, with a folder that stands for an engine's cgroup. */
  private boolean memoryRanOut(String file, String counts) throws Exception {
    Files.writeString(folder.resolve("memory." + file), counts);
    String keeper;
    try (var script = KeeperLauncher.class.getResourceAsStream("/keeper.sh")) {
      keeper = new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
    int start = keeper.indexOf("\nmemory_ran_out() {");
    String function = keeper.substring(start, keeper.indexOf("\n}\n", start) + 3);
    Process asked =
        new ProcessBuilder(
                "sh",
                "-c",
                function + "groups=$1\nif memory_ran_out; then echo yes; fi",
                "-",
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(asked.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isIn("", "yes");
    return said.equals("yes");
  }
}
