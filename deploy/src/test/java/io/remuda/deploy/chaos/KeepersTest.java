package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeepersTest {

  @TempDir private Path folder;

  @Test
  void tellsTheMachinesOfOneLookApart() {
    Keepers kept =
        new Keepers(
            List.of(
                Path.of("/m/model-1/instances/chat-2"),
                Path.of("/m/model-1/instances/chat-1"),
                Path.of("/m/model-10/instances/chat-3"),
                Path.of("/m/model-1/instances/chat-4/deeper")));

    assertThat(kept.in(Path.of("/m/model-1/instances")))
        .containsExactly(InstanceId.of("chat-1"), InstanceId.of("chat-2"));
    assertThat(kept.in(Path.of("/m/model-10/instances"))).containsExactly(InstanceId.of("chat-3"));
    assertThat(kept.in(Path.of("/m/model-2/instances"))).isEmpty();
  }

  @Test
  void findsAKeeperThatRuns() throws IOException {
    Path instances = folder.resolve("instances");
    Path script =
        Files.writeString(folder.resolve("keeper.sh"), "echo runs\nread -r line\nexit 0\n");
    Process keeper =
        new ProcessBuilder(
                "setsid",
                "sh",
                script.toString(),
                "keep",
                instances.resolve("chat-7").toString(),
                "0")
            .start();
    try {
      assertThat(keeper.inputReader().readLine()).isEqualTo("runs");
      assertThat(Keepers.now().folders()).contains(instances.resolve("chat-7"));
    } finally {
      keeper.destroyForcibly();
    }
  }
}
