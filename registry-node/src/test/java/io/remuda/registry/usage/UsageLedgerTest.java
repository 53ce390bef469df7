package io.remuda.registry.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Lines;
import io.remuda.protocol.UsageProtocol.Read;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was used, in a database of the kind that one registry node has. */
class UsageLedgerTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final long HOUR = UsageLedger.hour(NOW);

  private final JdbcDataSource source = new JdbcDataSource();
  private final UsageLedger ledger = new UsageLedger(source);
  private @Nullable Connection open;

  @BeforeEach
  void create() throws Exception {
    source.setURL("jdbc:h2:mem:usage");
    open = source.getConnection();
    try (InputStream in =
            Objects.requireNonNull(
                UsageLedger.class.getResourceAsStream(
                    "/io/remuda/registry/journal/h2/V4__usage.sql"));
        Statement statement = open.createStatement()) {
      statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @AfterEach
  void drop() throws SQLException {
    if (open != null) {
      open.close();
    }
  }

  private static Line line(long hour, String key, String tenant, String model, long tokens) {
    return new Line(hour, key, tenant, model, new Count(1, 0, 0, tokens, tokens, 1));
  }

  private List<AllowanceSpent> handIn(
      String gateway, long number, List<Line> lines, String... budgets) throws SQLException {
    return ledger
        .handIn(new HandIn(gateway, number, lines, List.of(budgets), nobody()), NOW)
        .stream()
        .map(spent -> new AllowanceSpent(spent.holder(), spent.day(), spent.month()))
        .toList();
  }

  private record AllowanceSpent(String holder, long day, long month) {}

  @SuppressWarnings("NullAway")
  private static ActorRef<HandedIn> nobody() {
    return null;
  }

  @SuppressWarnings("NullAway")
  private List<Line> read(Optional<String> tenant, Set<By> by, int skip, int most)
      throws SQLException {
    ActorRef<Lines> none = null;
    return ledger.read(
        new Read(
            HOUR - 1_000, HOUR + 1, Optional.empty(), tenant, Optional.empty(), by, skip, none),
        most);
  }

  @Test
  void addsWhatIsHandedInOnceHoweverOftenItIsSent() throws SQLException {
    List<Line> lines = List.of(line(HOUR, "k1", "acme", "m", 10), line(HOUR, "k2", "", "m", 5));

    handIn("g1", 1, lines);
    handIn("g1", 1, lines);
    handIn("g2", 1, lines);
    handIn("g1", 2, List.of(line(HOUR, "k1", "acme", "m", 1)));
    handIn("g1", 1, lines);

    assertThat(read(Optional.empty(), Set.of(By.KEY, By.TENANT), 0, 10))
        .containsExactly(
            new Line(0, "k1", "acme", "", new Count(3, 0, 0, 21, 21, 3)),
            new Line(0, "k2", "", "", new Count(2, 0, 0, 10, 10, 2)));
  }

  /** However many parts of what tasks used there were, and whoever handed them in. */
  @Test
  void keepsARowForEachLaneOfTasksAndNotForEachPart() throws SQLException {
    for (long number = 1; number <= 100; number++) {
      for (String lane : List.of("tasks.a", "tasks.b")) {
        handIn(lane, number, List.of(line(HOUR, "k1", "acme", "m", 1)));
        // A gateway that died had handed in the one before.
        handIn(lane, number - 1, List.of(line(HOUR, "k1", "acme", "m", 1)));
      }
    }

    assertThat(read(Optional.empty(), Set.of(), 0, 10))
        .extracting(line -> line.count().requests())
        .containsExactly(200L);
    try (Statement statement = Objects.requireNonNull(open).createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM \"remuda_usage_gateway\"")) {
      rows.next();
      assertThat(rows.getInt(1)).isEqualTo(2);
    }
  }

  @Test
  void addsAllOfAPartOrNothing() throws SQLException {
    Line tooLong = line(HOUR, "k".repeat(300), "", "m", 7);

    assertThatThrownBy(() -> handIn("g1", 1, List.of(line(HOUR, "k1", "", "m", 7), tooLong)))
        .isInstanceOf(SQLException.class);
    assertThat(read(Optional.empty(), Set.of(By.KEY), 0, 10)).isEmpty();

    handIn("g1", 1, List.of(line(HOUR, "k1", "", "m", 7)));
    assertThat(read(Optional.empty(), Set.of(By.KEY), 0, 10)).hasSize(1);
  }

  @Test
  void tellsTheTokensOfDayAndMonthOfKeysAndTenants() throws SQLException {
    handIn("g1", 1, List.of(line(HOUR, "k1", "acme", "m", 10), line(HOUR, "k2", "acme", "n", 1)));
    handIn("g1", 2, List.of(line(HOUR - 24, "k1", "acme", "m", 100)));
    handIn("g1", 3, List.of(line(HOUR - 24 * 20, "k1", "acme", "m", 1_000)));

    assertThat(
            handIn(
                "g1",
                0,
                List.of(),
                AllowanceProtocol.key("k1"),
                AllowanceProtocol.tenant("acme"),
                AllowanceProtocol.key("k9")))
        .containsExactly(
            new AllowanceSpent("key.k1", 20, 220),
            new AllowanceSpent("tenant.acme", 22, 222),
            new AllowanceSpent("key.k9", 0, 0));
  }

  @Test
  void tellsSumsApartByWhatIsAskedForPageByPage() throws SQLException {
    handIn(
        "g1",
        1,
        List.of(
            line(HOUR, "k1", "acme", "m", 1),
            line(HOUR - 1, "k1", "acme", "n", 2),
            line(HOUR, "k2", "", "m", 4)));

    assertThat(read(Optional.empty(), Set.of(), 0, 10))
        .containsExactly(new Line(0, "", "", "", new Count(3, 0, 0, 7, 7, 3)));
    assertThat(read(Optional.of("acme"), Set.of(By.MODEL, By.HOUR), 0, 10))
        .extracting(Line::hour, Line::model)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(HOUR - 1, "n"),
            org.assertj.core.groups.Tuple.tuple(HOUR, "m"));
    assertThat(read(Optional.empty(), Set.of(By.KEY, By.MODEL), 0, 1)).hasSize(2);
    assertThat(read(Optional.empty(), Set.of(By.KEY, By.MODEL), 2, 1)).hasSize(1);
  }

  @Test
  void forgetsWhatIsOlderThanItIsKept() throws SQLException {
    handIn("g1", 1, List.of(line(HOUR - 900, "k1", "", "m", 1), line(HOUR, "k1", "", "m", 2)));

    ledger.forget(NOW, Duration.ofDays(32));

    assertThat(read(Optional.empty(), Set.of(By.HOUR), 0, 10))
        .extracting(Line::hour)
        .containsExactly(HOUR);
  }
}
