package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.task.TaskSql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the embedded database reads for a statement. */
class TaskSqlTest {

  private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");
  private static final int MANY = 1_000;
  private static final int FEW = 5;

  /** Else each submit takes as long as the table is long. */
  @Test
  void aTaskWithoutAKeyIsNotedWithoutReadingTheRecordsOfOthers() throws Exception {
    try (Connection h2 = DriverManager.getConnection("jdbc:h2:mem:");
        Statement statement = h2.createStatement()) {
      tables(statement);
      for (int i = 0; i < MANY; i++) {
        try (PreparedStatement insert = h2.prepareStatement(TaskSql.INSERT_RECORD)) {
          bind(insert, "task-" + i);
          assertThat(insert.executeUpdate()).isEqualTo(1);
        }
      }
      try (PreparedStatement explain =
          h2.prepareStatement("EXPLAIN ANALYZE " + TaskSql.INSERT_RECORD)) {
        bind(explain, "one-more");
        try (ResultSet rows = explain.executeQuery()) {
          assertThat(rows.next()).isTrue();
          Matcher scanned = SCANNED.matcher(rows.getString(1));
          assertThat(scanned.results().mapToInt(each -> Integer.parseInt(each.group(1))))
              .hasSize(2)
              .allMatch(count -> count <= FEW);
        }
      }
    }
  }

  private static void tables(Statement statement) throws Exception {
    statement.execute("CREATE SCHEMA \"" + TaskSql.SCHEMA + "\"");
    for (String name : new String[] {"V1__tasks", "V5__revivals"}) {
      try (var file = TaskSql.class.getResourceAsStream("h2/" + name + ".sql")) {
        String script = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        for (String each : script.replaceAll("--[^\n]*", "").split(";")) {
          if (!each.isBlank()) {
            statement.execute(each);
          }
        }
      }
    }
  }

  /** One without an idempotency key. */
  private static void bind(PreparedStatement statement, String id) throws Exception {
    statement.setString(1, id);
    statement.setString(2, "tenant");
    statement.setNull(3, Types.VARCHAR);
    statement.setString(4, "");
    statement.setString(5, "model");
    statement.setString(6, "fingerprint");
    statement.setString(7, "SUBMITTING");
    statement.setInt(8, 0);
    statement.setString(9, "");
    statement.setLong(10, 1);
    statement.setLong(11, 0);
    statement.setLong(12, 1);
    statement.setLong(13, 1);
    statement.setInt(14, 0);
    statement.setString(15, id);
    statement.setNull(16, Types.VARCHAR);
  }
}
