package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An owner that learns that its journal goes on further than it has read: the next one is there at
 * once, though nobody asks for it, and what was sent meanwhile is its.
 */
@Tag("slow")
class ReadAgainTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MANY = 20;

  @TempDir static Path data;
  private static TestRegistry registry;

  @BeforeAll
  static void start() {
    // No wake comes by the clock: these tests tell owners how far the journal goes.
    registry = TestRegistry.start(data, Map.of("remuda.registry.wake-interval", "1h")).awaitReady();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void theNextOwnerIsThereWithoutBeingAsked() throws SQLException {
    threeEventsOf("late");
    written("late", 2, 4);

    registry.model("late").tell(new RegistryMessage.Written(new ModelName("late"), 4));

    Eventually.passes(
        "its line shows the late event",
        SOON,
        () -> assertThat(registry.listing("late").orElseThrow().replicas()).isEqualTo(3));
  }

  @Test
  void whatWaitsBehindAWriteIsTheNextOwners() throws SQLException {
    threeEventsOf("busy");
    written("busy", 2, 5);
    List<CompletionStage<RegistryProtocol.Reply>> replies =
        new ArrayList<>(registry.scaleAtOnce("busy", 1));

    registry.model("busy").tell(new RegistryMessage.Written(new ModelName("busy"), 5));
    replies.addAll(registry.scaleAtOnce("busy", MANY));

    assertThat(replies)
        .allSatisfy(reply -> assertThat(TestRegistry.get(reply).refused()).isEmpty());
    // And not the late event's three.
    assertThat(registry.show("busy").deployment().orElseThrow().spec().replicas()).isLessThan(2);
  }

  @Test
  void whatWaitsForAMachineIsNotRefusedForTheDatabase() throws SQLException {
    FakeMachine.Control machine = registry.machine("m1");
    Eventually.passes(
        "the machine is known",
        SOON,
        () -> assertThat(registry.cordon(machine.id).refused()).isEmpty());
    rows("Machine|m1", 1, 3);
    CompletionStage<MachineProtocol.Reply> first = uncordon(machine.id);

    registry.machineEntity("m1").tell(new MachineActor.Written(machine.id, 3));
    List<CompletionStage<MachineProtocol.Reply>> rest = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      rest.add(uncordon(machine.id));
    }

    // Of the first the change is kept, and it may be unknown yet whether the machine obeys.
    TestRegistry.get(first)
        .refused()
        .ifPresent(why -> assertThat(why.code()).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE));
    assertThat(rest).allSatisfy(reply -> assertThat(TestRegistry.get(reply).refused()).isEmpty());
  }

  /** The catalog holds a line of when it could still be read. */
  @Test
  void aNameThatCannotBeReadAnyMoreIsListedAsBroken() throws SQLException {
    threeEventsOf("spoilt");
    Eventually.passes(
        "it is listed",
        SOON,
        () -> {
          Listing good = registry.listing("spoilt").orElseThrow();
          assertThat(good.version()).isEqualTo(3);
          assertThat(good.phase()).isNotEqualTo(DeploymentPhase.FAILED);
        });
    written("spoilt", 2, 4);
    execute(
        """
        UPDATE "event_journal" SET "event_payload" = X'FF'
        WHERE "persistence_id" = 'Model|spoilt' AND "sequence_number" = 2
        """);

    registry.model("spoilt").tell(new RegistryMessage.Written(new ModelName("spoilt"), 4));

    Eventually.passes(
        "it is listed with the reason",
        SOON,
        () -> {
          Listing listing = registry.listing("spoilt").orElseThrow();
          assertThat(listing.phase()).isEqualTo(DeploymentPhase.FAILED);
          assertThat(listing.reason().orElseThrow()).contains("cannot be read");
        });
    Eventually.passes(
        "the reason is told",
        SOON,
        () ->
            assertThat(registry.scale("spoilt", 1).refused().orElseThrow().code())
                .isEqualTo(ErrorCode.INTERNAL));
  }

  /** Declared with none, scaled to three, scaled to two; no machine has its engine. */
  private static void threeEventsOf(String name) {
    registry.deploy(aSpec().named(name).on("nowhere").replicas(0).build());
    registry.scale(name, 3);
    assertThat(registry.scale(name, 2).refused()).isEmpty();
  }

  private static CompletionStage<MachineProtocol.Reply> uncordon(MachineId machine) {
    return registry
        .machineEntity(machine.value())
        .ask(replyTo -> new MachineProtocol.Uncordon(machine, replyTo), TestRegistry.ASK);
  }

  private static void written(String name, long number, long as) throws SQLException {
    rows("Model|" + name, number, as);
  }

  /** An earlier owner's write comes: the event with one number once more, with another one. */
  private static void rows(String persistenceId, long number, long as) throws SQLException {
    execute(
        """
        INSERT INTO "event_journal" ("persistence_id", "sequence_number", "deleted", "writer",
          "write_timestamp", "adapter_manifest", "event_ser_id", "event_ser_manifest",
          "event_payload")
        SELECT "persistence_id", %d, "deleted", 'an earlier owner', "write_timestamp",
          "adapter_manifest", "event_ser_id", "event_ser_manifest", "event_payload"
        FROM "event_journal" WHERE "persistence_id" = '%s' AND "sequence_number" = %d
        """
            .formatted(as, persistenceId, number));
  }

  private static void execute(String sql) throws SQLException {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (Connection connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        PreparedStatement statement = connection.prepareStatement(sql)) {
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }
}
