package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.testing.FakeMachine;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal on a real PostgreSQL, also one that is away at the start or dies later. */
class PostgresJournalTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  @Test
  void anotherNodeOnTheSameDatabaseFindsTheSameDeploymentsAndJournal() {
    PostgresServer server = PostgresServer.shared();
    Map<String, Object> journal = journal(server, server.newDatabase());
    JournalId id;
    try (TestRegistry first = TestRegistry.start(data.resolve("a"), journal).awaitReady()) {
      id = first.node().status().journal().orElseThrow();
      for (int i = 0; i < 12; i++) {
        first.deploy(aSpec().named("kept").replicas(0).build());
        first.scale("kept", i + 1);
        first.scale("kept", 0);
      }
      assertThat(first.remove("kept").refused()).isEmpty();
      assertThat(first.deploy(aSpec().named("kept").replicas(0).build()).refused()).isEmpty();
    }

    try (TestRegistry second = TestRegistry.start(data.resolve("b"), journal).awaitReady()) {
      assertThat(second.node().status().journal()).hasValue(id);
      Eventually.passes(
          "it wakes by itself and is listed",
          SOON,
          () ->
              assertThat(second.listing("kept").map(l -> l.phase()))
                  .hasValue(DeploymentPhase.STOPPED));
      assertThat(second.events(0, Optional.of("kept"), Duration.ZERO)).hasSizeGreaterThan(10);
    }
  }

  @Test
  void isThereWhileTheDatabaseIsAwayRefusesAndLosesNothing() {
    PostgresServer server = PostgresServer.own();
    Map<String, Object> journal = impatient(server, server.newDatabase());
    server.stop();
    try (TestRegistry registry = TestRegistry.start(data, journal)) {
      Eventually.passes(
          "it refuses while its database is away",
          SOON,
          () ->
              assertThat(registry.deploy(aSpec().build()).refused().orElseThrow().code())
                  .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
      assertThat(registry.node().status().isReady()).isFalse();

      server.restart();
      registry.awaitReady();
      FakeMachine.Control machine = registry.machine("m1");
      awaitTaken(registry, aSpec().build());
      awaitReady(registry);

      server.kill();
      Eventually.passes(
          "a change is refused when it dies later",
          SOON,
          () ->
              assertThat(registry.scale("demo", 2).refused().orElseThrow().code())
                  .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
      // What runs goes on.
      assertThat(machine.instances).isNotEmpty();
      assertThat(registry.listing("demo").orElseThrow().ready()).isPositive();

      server.restart();
      Eventually.passes(
          "changes are taken again and what was accepted is there",
          SOON,
          () -> assertThat(registry.show("demo").deployment()).isPresent());
      Eventually.passes(
          "and can be scaled",
          SOON,
          () -> assertThat(registry.scale("demo", 2).refused()).isEmpty());
      Eventually.passes("both run", SOON, () -> assertThat(machine.instances).hasSize(2));
      registry.awaitReady();
    }
  }

  @Test
  void everyChangeThatWaitsBehindAWriteThatFailsIsRefusedAtOnce() {
    PostgresServer server = PostgresServer.own();
    Map<String, Object> journal = impatient(server, server.newDatabase());
    try (TestRegistry registry = TestRegistry.start(data, journal).awaitReady()) {
      awaitTaken(registry, aSpec().replicas(0).build());
      server.kill();
      long started = System.nanoTime();

      var answers = registry.scaleAtOnce("demo", 200);

      for (var answer : answers) {
        Refused refused = TestRegistry.get(answer).refused().orElse(null);
        // One more of the same changes nothing and needs no database.
        if (refused != null) {
          assertThat(refused.code().status()).isEqualTo(503);
          assertThat(refused.message()).contains("again");
        }
      }
      // Far below the callers' own limit: the wait for a connection and no more.
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isLessThan(TestRegistry.ASK.dividedBy(2));
    }
  }

  @Test
  void aNameWhoseJournalCannotBeReadIsRefusedAndTheOthersAreNot() throws Exception {
    PostgresServer server = PostgresServer.shared();
    String url = server.newDatabase();
    Map<String, Object> journal = journal(server, url);
    try (TestRegistry first = TestRegistry.start(data.resolve("a"), journal).awaitReady()) {
      first.deploy(aSpec().named("broken").replicas(0).build());
      first.deploy(aSpec().named("whole").replicas(0).build());
    }
    try (var connection = DriverManager.getConnection(url, server.user(), server.password());
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "UPDATE \"event_journal\" SET \"event_payload\" = '\\xff'"
                      + " WHERE \"persistence_id\" = 'Model|broken'"))
          .isPositive();
    }

    try (TestRegistry second = TestRegistry.start(data.resolve("b"), journal).awaitReady()) {
      for (int i = 0; i < 20; i++) {
        // A change that meets the entity just as it ends is told to try again.
        Eventually.passes(
            "the reason is told",
            SOON,
            () -> {
              Refused refused = second.scale("broken", 1).refused().orElseThrow();
              assertThat(refused.code()).isEqualTo(ErrorCode.INTERNAL);
              assertThat(refused.message()).contains("model broken", "cannot be read");
            });
        assertThat(second.scale("whole", i % 2).refused()).isEmpty();
      }
      assertThat(second.events(0, Optional.empty(), Duration.ZERO))
          .extracting(EventView::kind)
          .contains("Unreadable", "DeploymentScaled");
    }
  }

  private static void awaitReady(TestRegistry registry) {
    Eventually.passes(
        "it is ready",
        SOON,
        () ->
            assertThat(registry.listing("demo").map(l -> l.phase()))
                .hasValue(DeploymentPhase.READY));
  }

  /** While connections are waited for no longer than {@link #impatient}, a hiccup refuses once. */
  private static void awaitTaken(TestRegistry registry, ModelSpec spec) {
    Eventually.passes(
        "it is taken", SOON, () -> assertThat(registry.deploy(spec).refused()).isEmpty());
  }

  /** For a database that goes away: who waits for a connection is refused soon. */
  private static Map<String, Object> impatient(PostgresServer server, String url) {
    Map<String, Object> journal = new HashMap<>(journal(server, url));
    journal.put("remuda.journal.connection-timeout", "1s");
    return journal;
  }

  private static Map<String, Object> journal(PostgresServer server, String url) {
    return Map.of(
        "remuda.journal.url",
        url,
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password(),
        "remuda.journal.snapshot-every",
        5,
        "remuda.journal.retry-interval",
        "300ms",
        // No machine goes here: one that is late must not be missed.
        "remuda.liveness.suspect-after",
        "20s",
        "remuda.liveness.lost-after",
        "1m");
  }
}
