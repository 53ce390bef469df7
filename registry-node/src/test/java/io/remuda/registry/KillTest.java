package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.config.EmbeddedDatabase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted survives a kill right after it. Loss of power is not covered here. */
class KillTest {

  @TempDir Path data;

  @Test
  void everyAcceptedChangeIsThereAfterAKill() throws Exception {
    assertThat(run(KilledRegistry.class, data.resolve("registry"))).isEqualTo(7);

    try (TestRegistry registry = TestRegistry.start(data.resolve("registry")).awaitReady()) {
      for (int i = 0; i < KilledRegistry.CHANGES; i++) {
        String name = KilledRegistry.name(i).value();
        assertThat(registry.show(name).deployment()).as(name).isPresent();
        assertThat(registry.deploy(aSpec().named(name).replicas(0).build()).refused())
            .as("it is the same")
            .isEmpty();
        Eventually.isTrue(
            name + " is listed", Duration.ofSeconds(60), () -> registry.listing(name).isPresent());
      }
    }
  }

  @Test
  void aJvmThatEndsInOrderCanWriteToItsDatabaseToTheLast() throws Exception {
    assertThat(run(EndingWriter.class, data)).isZero();

    try (Connection connection = DriverManager.getConnection(EmbeddedDatabase.url(data));
        ResultSet rows =
            connection.createStatement().executeQuery("SELECT COUNT(*) FROM row_of_the_end")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(EndingWriter.ROWS);
    }
  }

  private int run(Class<?> main, Path argument) throws Exception {
    Path log = data.resolve("child.log");
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    main.getName(),
                    argument.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(child.waitFor(240, TimeUnit.SECONDS)).as(Files.readString(log)).isTrue();
      return child.exitValue();
    } finally {
      child.destroyForcibly();
    }
  }
}
