package io.remuda.registry.usage;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Lines;
import io.remuda.protocol.UsageProtocol.Read;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** What was used, in a journal on PostgreSQL whose tables its own migrations make. */
@Tag("server")
class PostgresUsageTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final long HOUR = UsageLedger.hour(NOW);

  @TempDir Path data;
  private final PGSimpleDataSource source = new PGSimpleDataSource();
  private final UsageLedger ledger = new UsageLedger(source);
  private JournalSettings settings;

  @BeforeEach
  void create() throws SQLException {
    PostgresServer server = PostgresServer.shared();
    String url = server.newDatabase();
    source.setUrl(url);
    source.setUser(server.user());
    source.setPassword(server.password());
    settings =
        JournalSettings.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "remuda.journal.url", url,
                        "remuda.journal.user", server.user(),
                        "remuda.journal.password", server.password()))
                .withFallback(ConfigFactory.load()),
            data);
    prepare();
  }

  private void prepare() throws SQLException {
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
    }
  }

  @SuppressWarnings("NullAway")
  private long handIn(String gateway, long number, Line... lines) throws SQLException {
    ActorRef<HandedIn> nobody = null;
    String acme = AllowanceProtocol.tenant("acme");
    return ledger
        .handIn(new HandIn(gateway, number, List.of(lines), List.of(acme), nobody), NOW)
        .get(0)
        .month();
  }

  @SuppressWarnings("NullAway")
  private List<Line> read(Set<By> by) throws SQLException {
    ActorRef<Lines> nobody = null;
    return ledger.read(
        new Read(
            HOUR - 10_000,
            HOUR + 1,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            by,
            0,
            nobody),
        10);
  }

  private static Line line(long hour, long tokens) {
    return new Line(hour, "k1", "acme", "m", new Count(1, 0, 0, tokens, tokens, 1));
  }

  @Test
  void whatIsHandedInIsAddedOnceAndIsThereAfterAnotherMigration() throws SQLException {
    assertThat(handIn("g1", 1, line(HOUR, 10))).isEqualTo(20);
    assertThat(handIn("g1", 1, line(HOUR, 10))).isEqualTo(20);
    // A lane of what tasks used is a gateway of its own.
    String part = "tasks.00000000-0000-0000-0000-000000000000";
    assertThat(handIn(part, 1, line(HOUR, 5))).isEqualTo(30);
    assertThat(handIn(part, 1, line(HOUR, 5))).isEqualTo(30);

    prepare();

    assertThat(read(Set.of(By.TENANT, By.KEY, By.MODEL, By.HOUR)))
        .containsExactly(new Line(HOUR, "k1", "acme", "m", new Count(2, 0, 0, 15, 15, 2)));
  }

  @Test
  void whatIsOlderThanItIsKeptGoesAndGatewaysAreKnownForAWeek() throws SQLException {
    handIn("g1", 1, line(HOUR - 33 * 24, 1), line(HOUR - 31 * 24, 2), line(HOUR, 4));
    try (Connection connection = source.getConnection();
        Statement old = connection.createStatement()) {
      old.execute(
          "INSERT INTO \"remuda_usage_gateway\" VALUES ('gone', 9, %d), ('back', 9, %d)"
              .formatted(
                  NOW.minus(Duration.ofDays(8)).toEpochMilli(),
                  NOW.minus(Duration.ofDays(6)).toEpochMilli()));
    }

    ledger.forget(NOW, Duration.ofDays(32));

    assertThat(read(Set.of(By.HOUR))).extracting(Line::hour).containsExactly(HOUR - 31 * 24, HOUR);
    assertThat(handIn("back", 9, line(HOUR, 100))).as("it is still known").isEqualTo(8);
    assertThat(handIn("g1", 1, line(HOUR, 100))).isEqualTo(8);
    assertThat(handIn("gone", 9, line(HOUR, 1))).isEqualTo(10);
  }
}
