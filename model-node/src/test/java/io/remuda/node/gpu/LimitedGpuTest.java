package io.remuda.node.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.model.Gpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU of the driver of which the configuration leaves a part to the fleet. */
class LimitedGpuTest {
  private static final String DECLARED =
      "declared = [{ uuid = GPU-a, memory = 10 GiB }, { name = pretended, memory = 8 GiB }]";

  @TempDir Path folder;

  @Test
  void isNoGpuWhileItsDriverSaysNothing() throws Exception {
    GpuReading reading = probe("exit 9").read();

    assertThat(reading.problem()).isPresent();
    assertThat(reading.gpus()).extracting(Gpu::name).containsExactly("pretended");
  }

  @Test
  void isNoGpuWhereTheDriverHasAnother() throws Exception {
    GpuReading reading = probe("echo '0, GPU-b, X, 80000, 0, 1, 2, 3'").read();

    assertThat(reading.gpus()).extracting(Gpu::uuid).contains("GPU-b").doesNotContain("GPU-a");
    assertThat(reading.gpus()).hasSize(2);
  }

  @Test
  void belongsToOneAgentOfItsHostWithoutADriverToo() throws Exception {
    List<Gpu> declared = settings("/nowhere/nvidia-smi").declared();
    try (GpuLocks first = new GpuLocks(folder.resolve("locks"));
        GpuLocks second = new GpuLocks(folder.resolve("locks"))) {
      assertThat(first.ours(declared)).hasSize(2);
      assertThat(second.ours(declared)).extracting(Gpu::name).containsExactly("pretended");
    }
  }

  private GpuProbe probe(String script) throws Exception {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new GpuProbe(settings(program.toString()));
  }

  private static GpuSettings settings(String program) {
    return GpuSettings.from(
        ConfigFactory.parseString(
                "remuda.node.gpu { nvidia-smi = \"%s\", %s }".formatted(program, DECLARED))
            .withFallback(ConfigFactory.defaultReference())
            .resolve(),
        "m1");
  }
}
