package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on the newest JDK that the machine has beside the one of the tests. */
final class NewerJdkIT {

  private static final Path JDKS = Path.of("/usr/lib/jvm");

  @TempDir private Path folder;

  @Test
  void startsServesAndEndsWithoutAWarningOfTheJvm() throws IOException {
    Optional<Path> jdk = newest();
    // No part that tests need: a machine may have one JDK alone, in continuous integration too.
    Assumptions.assumeTrue(jdk.isPresent(), "skipped: no second, newer JDK below " + JDKS);
    String data = folder.resolve("data").toString();
    Path logs = folder.resolve("logs");
    int port = FreePort.next();
    Gateway gateway = new Gateway("http://127.0.0.1:" + port);
    // The agent that counts coverage may not know so new a JDK.
    Map<String, String> environment =
        Map.of("JAVA_HOME", jdk.orElseThrow().toString(), "REMUDA_JAVA_OPTS", "");

    Launched.Ended version = Launched.run(logs, environment, "version");
    try (Launched up =
        Launched.start(logs, environment, "up", "--data", data, "--port", Integer.toString(port))) {
      up.awaitPrinted("ready", Up.READY_LIMIT);
      assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);
      Launched.Ended down = Launched.run(logs, environment, "down", "--data", data);

      assertThat(down.exit()).as(down.err()).isZero();
      up.end(Up.READY_LIMIT);
      assertThat(up.err())
          .doesNotContain("WARNING:")
          .doesNotContain("IllegalAccess")
          .doesNotContain("InaccessibleObject");
    }
    assertThat(version.out()).contains("Java " + major(jdk.orElseThrow()));
    assertThat(version.err()).isEmpty();
  }

  private static Optional<Path> newest() throws IOException {
    if (!Files.isDirectory(JDKS)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(JDKS)) {
      return homes
          .filter(home -> Files.isExecutable(home.resolve("bin/java")))
          .filter(home -> major(home) > Runtime.version().feature())
          .max(Comparator.comparingInt(NewerJdkIT::major));
    }
  }

  private static int major(Path home) {
    try {
      return Files.readString(home.resolve("release"))
          .lines()
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("^JAVA_VERSION=\"(\\d+).*", "$1"))
          .findFirst()
          .map(Integer::parseInt)
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
