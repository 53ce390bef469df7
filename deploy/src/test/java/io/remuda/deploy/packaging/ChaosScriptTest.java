package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chaos run where it cannot run says so, and never passes for one that was. */
class ChaosScriptTest {

  @TempDir private Path temporary;
  private Path bin;

  /** All that the script needs to find its folder; neither {@code ip} nor Maven. */
  @BeforeEach
  void aHostWithoutNamespaces() throws IOException {
    bin = Files.createDirectories(temporary.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("dirname"), Parts.executable("dirname").orElseThrow());
  }

  @Test
  void saysThatItIsSkippedAndWhy() {
    Shell.Outcome outcome = chaos("");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).isEqualTo("skipped: needs root and ip netns\n");
  }

  @Test
  void failsWhereNothingMayBeSkipped() {
    Shell.Outcome outcome = chaos("true");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output())
        .isEqualTo("CI=true allows nothing to be skipped: needs root and ip netns\n");
  }

  /** There is the program, but not the right. */
  @Test
  void isSkippedToWhereItMayNotMakeNamespaces() {
    Shell.script(bin.resolve("ip"), "#!/bin/sh\nexit 0\n");
    Shell.script(bin.resolve("unshare"), "#!/bin/sh\nexit 1\n");

    assertThat(chaos("").output()).startsWith("skipped: needs root");
    assertThat(chaos("true").code()).isEqualTo(1);
  }

  private Shell.Outcome chaos(String ci) {
    return Shell.run(
        temporary,
        Map.of("PATH", bin.toString(), "CI", ci),
        Parts.executable("bash").orElseThrow().toString(),
        Repository.root().resolve("deploy/chaos/chaos.sh").toString(),
        "--short");
  }
}
