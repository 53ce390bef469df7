package io.remuda.registry.usage;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Command;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Lines;
import io.remuda.protocol.UsageProtocol.Read;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keeper of what was used, with a database that may fail. */
class UsageActorTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final long HOUR = UsageLedger.hour(NOW);
  private static final Line LINE = new Line(HOUR, "k1", "acme", "m", new Count(1, 0, 0, 5, 6, 0));

  private final ActorTestKit kit =
      ActorTestKit.create(
          "usage-actor",
          ConfigFactory.parseString(
                  "akka.actor.provider = local, akka.actor.testkit.typed.timefactor = 5")
              .withFallback(ConfigFactory.load()));
  private final JdbcDataSource database = new JdbcDataSource();
  private final TestProbe<HandedIn> handedIn = kit.createTestProbe();
  private @Nullable Connection open;

  @BeforeEach
  void create() throws Exception {
    database.setURL("jdbc:h2:mem:usage-actor");
    open = database.getConnection();
    try (InputStream in =
        Objects.requireNonNull(
            UsageLedger.class.getResourceAsStream(
                "/io/remuda/registry/journal/h2/V4__usage.sql"))) {
      execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @AfterEach
  void stop() throws SQLException {
    kit.shutdownTestKit();
    if (open != null) {
      open.close();
    }
  }

  private ActorRef<Command> actor() {
    return kit.spawn(
        UsageActor.create(
            database, new UsageTimes(Duration.ofDays(400), 8), Clock.fixed(NOW, ZoneOffset.UTC)));
  }

  private HandedIn handIn(ActorRef<Command> actor, long number, List<Line> lines) {
    actor.tell(
        new HandIn(
            "g1", number, lines, List.of(AllowanceProtocol.tenant("acme")), handedIn.getRef()));
    return handedIn.receiveMessage();
  }

  private Count read(ActorRef<Command> actor) {
    TestProbe<Lines> lines = kit.createTestProbe();
    actor.tell(
        new Read(
            HOUR,
            HOUR + 1,
            Optional.empty(),
            Optional.of("acme"),
            Optional.empty(),
            Set.of(By.TENANT),
            0,
            lines.getRef()));
    return lines.receiveMessage().lines().stream().map(Line::count).reduce(Count.NONE, Count::plus);
  }

  @Test
  void aPartThatIsSentTwiceIsAddedOnceByAnotherKeeperToo() {
    HandedIn first = handIn(actor(), 1, List.of(LINE));
    ActorRef<Command> another = actor();
    HandedIn again = handIn(another, 1, List.of(LINE));
    HandedIn next = handIn(another, 2, List.of(LINE));

    assertThat(first.refused()).isEmpty();
    assertThat(again).isEqualTo(first);
    assertThat(next.spent()).extracting(spent -> spent.day()).containsExactly(22L);
    assertThat(read(another)).isEqualTo(LINE.count().plus(LINE.count()));
  }

  @Test
  void whatADatabaseDidNotTakeIsRefusedAndTakenWhenItIsBack() throws SQLException {
    ActorRef<Command> actor = actor();
    execute("ALTER TABLE \"remuda_usage\" RENAME TO \"away\"");
    HandedIn refused = handIn(actor, 1, List.of(LINE));
    execute("ALTER TABLE \"away\" RENAME TO \"remuda_usage\"");
    HandedIn taken = handIn(actor, 1, List.of(LINE));

    assertThat(refused.number()).isEqualTo(1);
    assertThat(refused.refused().orElseThrow().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(taken.refused()).isEmpty();
    assertThat(read(actor)).isEqualTo(LINE.count());
  }
}
