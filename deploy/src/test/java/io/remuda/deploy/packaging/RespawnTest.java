package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How soon the launcher starts a registry node again that is voted out time after time. */
class RespawnTest {

  private static final int LONGEST_SECONDS = 8;

  @TempDir Path temporary;

  /** Each is needed for a majority; a host that starves them starves them all. */
  @Test
  void waitsLongerEachTimeButNeverLong() throws IOException {
    Path home = Files.createDirectories(temporary.resolve("remuda-home"));
    Files.copy(Repository.root().resolve("remuda"), home.resolve("remuda"));
    home.resolve("remuda").toFile().setExecutable(true);
    Files.writeString(home.resolve("application.conf"), "");
    Files.createDirectories(home.resolve("lib"));
    Path count = temporary.resolve("count");
    Shell.script(
        temporary.resolve("jdk/bin/java"),
        """
        #!/bin/sh
        n=$(cat "%s" 2>/dev/null || echo 0)
        echo $((n+1)) >"%s"
        [ "$n" -lt 8 ] && exit 75
        exit 3
        """
            .formatted(count, count));
    Shell.script(temporary.resolve("jdk/release"), "JAVA_VERSION=\"17.0.15\"\n");
    Path slept = temporary.resolve("slept");
    Shell.script(
        temporary.resolve("bin/sleep"),
        """
        #!/bin/sh
        echo "$1" >>"%s"
        """
            .formatted(slept));

    Shell.Outcome outcome =
        Shell.run(
            temporary,
            Map.of(
                "JAVA_HOME",
                temporary.resolve("jdk").toString(),
                "PATH",
                temporary.resolve("bin") + ":" + System.getenv("PATH")),
            home.resolve("remuda").toString(),
            "registry");

    assertThat(outcome.code()).isEqualTo(3);
    assertThat(Files.readAllLines(slept).stream().map(Integer::valueOf))
        .hasSize(8)
        .isSorted()
        .startsWith(1)
        .allMatch(seconds -> seconds <= LONGEST_SECONDS);
  }
}
