package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registry nodes on journals from which somebody took events. */
@Tag("slow")
class MovedJournalTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNameWithAMissingEventIsRefusedAndNamedAndTheOthersAreServed(boolean embedded)
      throws Exception {
    Map<String, Object> journal = embedded ? Map.of() : postgres();
    try (TestRegistry first = TestRegistry.start(data.resolve("a"), journal).awaitReady()) {
      fill(first);
    }
    JournalSettings settings = settings(journal, "a");
    try (var connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "DELETE FROM \"event_journal\" WHERE \"persistence_id\" = 'Model|kept'"
                      + " AND \"sequence_number\" = 2"))
          .isEqualTo(1);
    }

    try (TestRegistry second = TestRegistry.start(data.resolve("a"), journal).awaitReady()) {
      Eventually.passes(
          "the reason is told",
          SOON,
          () -> {
            Refused refused = second.scale("kept", 3).refused().orElseThrow();
            assertThat(refused.code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(refused.message()).contains("model kept", "1 are missing");
          });
      Eventually.passes(
          "it is listed with the reason",
          SOON,
          () -> {
            Listing listing = second.listing("kept").orElseThrow();
            assertThat(listing.phase()).isEqualTo(DeploymentPhase.FAILED);
            assertThat(listing.reason().orElseThrow()).contains("are missing");
          });
      assertThat(second.scale("whole", 0).refused()).isEmpty();
      assertThat(second.events(0, Optional.of("kept"), Duration.ZERO))
          .extracting(event -> event.text())
          .anyMatch(text -> text.contains("event 2 of Model|kept is missing"));
    }
  }

  private static void fill(TestRegistry registry) {
    registry.deploy(aSpec().named("kept").replicas(0).build());
    registry.scale("kept", 1);
    registry.scale("kept", 0);
    registry.deploy(aSpec().named("whole").replicas(0).build());
    registry.deploy(aSpec().named("gone").replicas(0).build());
    registry.remove("gone");
  }

  private JournalSettings settings(Map<String, Object> journal, String folder) {
    return JournalSettings.from(
        ConfigFactory.parseMap(journal).withFallback(ConfigFactory.load()), data.resolve(folder));
  }

  private static Map<String, Object> postgres() {
    PostgresServer server = PostgresServer.shared();
    return Map.of(
        "remuda.journal.url",
        server.newDatabase(),
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password());
  }
}
