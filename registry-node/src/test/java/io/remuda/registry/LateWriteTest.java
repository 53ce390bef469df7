package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A write of an earlier owner that reaches the journal when the next one has read it: the next one
 * comes to know it, though nothing else makes it write or read.
 */
@Tag("slow")
class LateWriteTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path data;

  @Test
  void isCarriedOutByTheNextOwner() throws SQLException {
    try (TestRegistry registry = TestRegistry.start(data).awaitReady()) {
      registry.deploy(aSpec().named("kept").replicas(0).build());
      registry.scale("kept", 3);
      registry.scale("kept", 0);

      writeAgain("Model|kept", 2, 4);

      Eventually.passes(
          "the owner knows the late event",
          SOON,
          () ->
              assertThat(registry.show("kept").deployment().map(view -> view.spec().replicas()))
                  .hasValue(3));
      assertThat(registry.scale("kept", 1).refused()).isEmpty();
    }
  }

  @Test
  void ofAMachineIsObeyed() throws SQLException {
    try (TestRegistry registry = TestRegistry.start(data).awaitReady()) {
      FakeMachine.Control machine = registry.machine("m1");
      Eventually.passes(
          "the machine is known",
          SOON,
          () -> assertThat(registry.cordon(machine.id).refused()).isEmpty());
      assertThat(registry.uncordon(machine.id).refused()).isEmpty();
      // That is answered too when the machine takes its time to obey.
      Eventually.passes("the machine obeys", SOON, () -> assertThat(machine.cordoned).isFalse());

      writeAgain("Machine|m1", 1, 3);

      Eventually.passes("the machine is told", SOON, () -> assertThat(machine.cordoned).isTrue());
    }
  }

  /** The event with one number comes once more, with another one, past whoever owns the name. */
  private void writeAgain(String persistenceId, long number, long as) throws SQLException {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (Connection connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO "event_journal" ("persistence_id", "sequence_number", "deleted",
                  "writer", "write_timestamp", "adapter_manifest", "event_ser_id",
                  "event_ser_manifest", "event_payload")
                SELECT "persistence_id", ?, "deleted", 'an earlier owner', "write_timestamp",
                  "adapter_manifest", "event_ser_id", "event_ser_manifest", "event_payload"
                FROM "event_journal" WHERE "persistence_id" = ? AND "sequence_number" = ?
                """)) {
      insert.setLong(1, as);
      insert.setString(2, persistenceId);
      insert.setLong(3, number);
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
  }
}
