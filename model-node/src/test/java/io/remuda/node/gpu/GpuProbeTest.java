package io.remuda.node.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.model.Gpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuProbeTest {
  private static final String TWO =
      """
      0, GPU-aaaa-1, NVIDIA A100-SXM4-80GB, 81920, 12000, 35, 41, 78.50
      1, GPU-bbbb-2, NVIDIA A100-SXM4-80GB, 81920, [N/A], [Not Supported], N/A, [N/A]
      """;

  @TempDir Path folder;

  @Test
  void readsWhatTheDriverSaysAndLeavesOutWhatItDoesNot() {
    List<Gpu> gpus = NvidiaSmiCodec.gpus("Warning: persistence mode is off\n" + TWO);

    assertThat(gpus).hasSize(2);
    assertThat(gpus.get(0).uuid()).isEqualTo("GPU-aaaa-1");
    assertThat(gpus.get(0).memoryFreeMiB()).isEqualTo(81920 - 12000);
    assertThat(gpus.get(0).powerWatts()).hasValue(78.5);
    assertThat(gpus.get(1).utilizationPercent()).isEqualTo(OptionalDouble.empty());
    assertThat(gpus.get(1).temperatureCelsius()).isEmpty();
  }

  @Test
  void countsOnlyWhatOthersUseAsForeign() throws Exception {
    GpuReading reading =
        probe(
                """
                case "$1" in
                  --query-gpu*) echo "0, GPU-a, X, 1000, 500, 1, 2, 3" ;;
                  *) echo "GPU-a, 11, vllm, 300"; echo "GPU-a, 12, a,b, 150"; echo "GPU-a, 13, x, [N/A]" ;;
                esac
                """,
                "")
            .read();

    assertThat(reading.problem()).isEmpty();
    assertThat(reading.foreignMiB(Set.of(11L))).containsEntry("GPU-a", 150L);
    assertThat(reading.foreignMiB(Set.of(11L, 12L, 13L))).isEmpty();
  }

  @Test
  void givesUpOnADriverThatHangs() throws Exception {
    GpuReading reading = probe("exec sleep 30", "remuda.node.gpu.limit = 300ms").read();

    assertThat(reading.problem().orElse("")).contains("did not answer");
    assertThat(reading.gpus()).isEmpty();
  }

  @Test
  void saysWhatADriverThatFailsSays() throws Exception {
    assertThat(probe("echo 'Driver/library version mismatch'; exit 18", "").read().problem())
        .hasValueSatisfying(
            problem -> assertThat(problem).contains("exited with 18: Driver/library"));
  }

  @Test
  void aMachineWithoutADriverHasItsDeclaredGpus() {
    GpuSettings settings =
        settings(
            "remuda.node.gpu { nvidia-smi = /nowhere/nvidia-smi,"
                + " declared = [{ name = pretended, memory = 24 GiB }, { memory = 8 GiB }] }");

    GpuReading reading = new GpuProbe(settings).read();

    assertThat(reading.problem()).isEmpty();
    assertThat(reading.gpus()).extracting(Gpu::memoryTotalMiB).containsExactly(24_576L, 8_192L);
    assertThat(reading.gpus()).extracting(Gpu::uuid).doesNotHaveDuplicates();
    assertThat(reading.gpus()).allMatch(Gpu::declared);
  }

  @Test
  void aDeclaredGpuLimitsARealOne() throws Exception {
    GpuReading reading =
        probe(
                "case $1 in --query-gpu*) echo '0, GPU-a, X, 80000, 0, 1, 2, 3';; esac",
                "remuda.node.gpu.declared = [{ uuid = GPU-a, memory = 10 GiB }]")
            .read();

    assertThat(reading.gpus()).hasSize(1);
    assertThat(reading.gpus().get(0).memoryTotalMiB()).isEqualTo(10_240);
    assertThat(reading.gpus().get(0).declared()).isFalse();
    assertThat(reading.installedMiB()).containsExactly(Map.entry("GPU-a", 80_000L));
  }

  @Test
  void aGpuBelongsToOneAgentOfAHost() throws Exception {
    // given
    List<Gpu> gpus = NvidiaSmiCodec.gpus(TWO);
    GpuLocks first = new GpuLocks(folder.resolve("locks"));
    GpuLocks second = new GpuLocks(folder.resolve("locks"));

    // when
    List<Gpu> firsts = first.ours(gpus.subList(0, 1));
    List<Gpu> seconds = second.ours(gpus);

    // then
    assertThat(firsts).extracting(Gpu::uuid).containsExactly("GPU-aaaa-1");
    assertThat(seconds).extracting(Gpu::uuid).containsExactly("GPU-bbbb-2");
    assertThat(first.ours(gpus.subList(0, 1))).isEqualTo(firsts);

    // and: it is free again when its owner has gone
    first.close();
    assertThat(second.ours(gpus)).hasSize(2);
    second.close();
  }

  private GpuProbe probe(String script, String overrides) throws IOException {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new GpuProbe(settings("remuda.node.gpu.nvidia-smi = \"" + program + "\"\n" + overrides));
  }

  private static GpuSettings settings(String overrides) {
    return GpuSettings.from(
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.parseString("remuda.node.gpu.limit = 60s"))
            .withFallback(ConfigFactory.defaultReference())
            .resolve(),
        "m1");
  }
}
