package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  @Test
  void tellsAShellFromThePartsThatItForksOff() throws Exception {
    Process shell =
        new ProcessBuilder(
                "setsid", "sh", "-c", "exec 3<&0; (read -r never <&3; exit) & wait", "keep")
            .start();
    try {
      ProcessHandle fork =
          Eventually.find(
              "the shell has forked",
              Duration.ofSeconds(30),
              () -> ProcessHandle.of(shell.pid()).flatMap(it -> it.children().findFirst()));

      assertThat(Arguments.of(fork.pid()))
          .isEqualTo(Arguments.of(shell.pid()))
          .startsWith("sh", "-c");
      assertThat(Arguments.leadsGroup(shell.pid())).isTrue();
      assertThat(Arguments.leadsGroup(fork.pid())).isFalse();
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }

  @Test
  void knowsNothingOfAProcessThatHasEnded() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();

    assertThat(Arguments.of(ended.pid())).isEqualTo(List.of());
    assertThat(Arguments.leadsGroup(ended.pid())).isFalse();
  }
}
