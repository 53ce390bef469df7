package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One GPU of a machine, cordoned and opened from a shell. */
final class GpuCordonVerbTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void namesTheGpuInTheQuery() {
    gateway.on("POST /v1/machines/m1/cordon?gpu=GPU-a", 200, "{}");
    gateway.on("POST /v1/machines/m1/uncordon?gpu=0", 200, "{}");
    gateway.on("POST /v1/machines/m1/cordon", 200, "{}");

    assertThat(type("cordon", "m1", "--gpu", "GPU-a").err())
        .contains("GPU GPU-a of m1 takes no new instances");
    assertThat(type("uncordon", "m1", "--gpu", "0").err())
        .contains("GPU 0 of m1 takes new instances again");
    assertThat(type("cordon", "m1").err()).contains("m1 takes no new instances");
  }

  private Typed type(String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--url";
    all[args.length + 1] = gateway.url();
    return Typed.in(Map.of(), home, "", all);
  }
}
