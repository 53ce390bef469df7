package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code down} of one node of a fleet. */
@Tag("slow")
final class SingleNodeDownIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void endsTheNodeOfADataDirectoryInGoodOrder() throws Exception {
    Path data = folder.resolve("registry");
    Path machine = folder.resolve("model");
    String contact = "127.0.0.1:" + FreePort.next();
    try (Launched registry =
            start("registry", data, "--form", "--bind", contact, "--seed", contact);
        Launched model = start("model", machine, "--seed", contact)) {
      registry.awaitPrinted("registry node", LIMIT);
      model.awaitPrinted("model node", LIMIT);
      assertThat(run(data).path("contact").asText()).isEqualTo(contact);
      assertThat(run(data).path("launcher").path("pid").asLong()).isEqualTo(registry.pid());
      assertThat(run(machine).path("front").asText()).startsWith("127.0.0.1:");
      assertThat(run(machine).path("pid").asLong()).isEqualTo(model.pid());

      Launched.Ended machineDown = down(machine);
      Launched.Ended registryDown = down(data);

      assertThat(machineDown.exit()).as(machineDown.err()).isZero();
      assertThat(registryDown.exit()).as(registryDown.err()).isZero();
      // 143: by the signal that asked it to end.
      assertThat(model.end(LIMIT).exit()).isIn(0, 143);
      assertThat(registry.end(LIMIT).exit()).as(registry.err()).isZero();
      assertThat(data.resolve("run.json")).doesNotExist();
      assertThat(machine.resolve("run.json")).doesNotExist();
      assertThat(down(data).err()).contains("nothing runs in");
    }
  }

  private Launched start(String role, Path data, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = role;
    arguments[1] = "--data";
    arguments[2] = data.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Launched.start(folder.resolve("logs"), java.util.Map.of(), arguments);
  }

  private Launched.Ended down(Path data) {
    return Launched.run(folder.resolve("logs"), "down", "--data", data.toString());
  }

  private static JsonNode run(Path data) throws Exception {
    return new ObjectMapper().readTree(Files.readString(data.resolve("run.json")));
  }
}
