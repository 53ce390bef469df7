package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalStore.Named;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it costs to ask a journal for its names, which each registry node does all the time. */
class NamesQueryTest {

  private static final int NAMES = 5;
  private static final int EVENTS = 200;

  @TempDir Path data;

  @Test
  void ofAFileReadsAsManyRowsAsThereAreNames() throws Exception {
    JournalSettings settings = written(Map.of());

    String plan = explain(settings, "EXPLAIN ANALYZE ", List.of());

    List<Integer> scanned =
        Pattern.compile("scanCount: (\\d+)")
            .matcher(plan)
            .results()
            .map(found -> Integer.valueOf(found.group(1)))
            .toList();
    // One more ends a scan.
    assertThat(scanned).as(plan).hasSize(2).allMatch(count -> count <= NAMES + 1);
  }

  @Test
  @Tag("server")
  void onPostgresReadsAnIndexOfFirstEventsAlone() throws Exception {
    PostgresServer server = PostgresServer.shared();
    JournalSettings settings =
        written(
            Map.of(
                "remuda.journal.url",
                server.newDatabase(),
                "remuda.journal.user",
                server.user(),
                "remuda.journal.password",
                server.password()));

    // So small a table would rather be read as a whole.
    String plan =
        explain(settings, "EXPLAIN (ANALYZE, TIMING OFF) ", List.of("SET enable_seqscan = off"));

    assertThat(plan)
        .contains("event_journal_names_idx")
        .doesNotContain("Rows Removed by Filter")
        .doesNotContain("Seq Scan");
  }

  /** A journal in which few names have many events, and each is told with its last one. */
  private JournalSettings written(Map<String, Object> journal) throws SQLException {
    JournalSettings settings =
        JournalSettings.from(
            ConfigFactory.parseMap(journal).withFallback(ConfigFactory.load()), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
      WrittenRows rows = new WrittenRows(settings);
      for (int i = 0; i < NAMES; i++) {
        rows.scaled("name-" + i, EVENTS + i);
      }
      assertThat(store.names().open())
          .hasSize(NAMES)
          .extracting(Named::last)
          .containsExactly(200L, 201L, 202L, 203L, 204L);
    }
    return settings;
  }

  private static String explain(JournalSettings settings, String how, List<String> before)
      throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Connection connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        Statement statement = connection.createStatement()) {
      for (String sql : before) {
        statement.execute(sql);
      }
      try (ResultSet rows = statement.executeQuery(how + JournalStore.NAMES)) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
    }
    return plan.toString();
  }
}
