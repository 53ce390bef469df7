package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.protocol.testing.SmallDisk;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that answers and has no room left for another page. */
@Tag("server")
class FullDatabaseTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int DISK_KIB = 20 * 1_024;

  /** What fits into the pages that there are is taken. */
  private static final int MOST_CHANGES = ModelSpec.MAX_REPLICAS;

  private static final String NAME = "demo";

  @TempDir private Path data;

  @Test
  void changesAreRefusedUntilThereIsRoomAndWhatWasAcceptedIsKept() throws Exception {
    PostgresServer server = PostgresServer.here();
    // Where the server's user may go: tests' own folders are this user's alone.
    Path folder = Files.createTempDirectory(Path.of("/tmp"), "remuda-small-disk-");
    try (SmallDisk disk = SmallDisk.mount(folder, DISK_KIB)) {
      String database = server.newDatabaseIn(disk.folder());
      try (TestRegistry registry = TestRegistry.start(data, journal(server, database))) {
        registry.awaitReady();
        Eventually.passes(
            "it is declared",
            SOON,
            () -> assertThat(registry.deploy(aSpec().replicas(0).build()).refused()).isEmpty());

        Path filler = disk.fill();

        int kept = untilRefused(registry);
        Eventually.passes(
            "what was accepted last can be read",
            SOON,
            () -> assertThat(wished(registry)).isEqualTo(kept));
        Refused still = registry.scale(NAME, kept + 1).refused().orElseThrow();
        assertThat(still.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        assertThat(still.message()).contains("database").contains("again");

        Files.delete(filler);

        Eventually.passes(
            "changes are taken again",
            SOON,
            () -> assertThat(registry.scale(NAME, kept + 1).refused()).isEmpty());
        assertThat(wished(registry)).isEqualTo(kept + 1);
        registry.awaitReady();
      } finally {
        server.drop(database);
      }
    } finally {
      Files.delete(folder);
    }
  }

  /** Changes until one is refused; returns what was accepted last. */
  private static int untilRefused(TestRegistry registry) {
    for (int wished = 1; wished < MOST_CHANGES; wished++) {
      Optional<Refused> refused = registry.scale(NAME, wished).refused();
      if (refused.isPresent()) {
        assertThat(refused.get().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        assertThat(refused.get().message()).contains("database");
        return wished - 1;
      }
    }
    throw new AssertionError("all of " + MOST_CHANGES + " changes were taken");
  }

  private static int wished(TestRegistry registry) {
    return registry.show(NAME).deployment().orElseThrow().spec().replicas();
  }

  private static Map<String, Object> journal(PostgresServer server, String url) {
    return Map.of(
        "remuda.journal.url",
        url,
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password(),
        "remuda.journal.retry-interval",
        "300ms");
  }
}
