package io.remuda.registry.usage;

import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.UsageProtocol.By;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Read;
import io.remuda.protocol.UsageProtocol.Spent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The sums of what models were used for, in the journal's database. What a gateway hands in is
 * added in one transaction with its number: all of it or nothing, and once, however often it is
 * sent. All methods block.
 */
final class UsageLedger {

  private static final Duration HOUR = Duration.ofHours(1);

  /** A gateway that has not handed anything in for so long will not send again what it sent. */
  private static final Duration GATEWAY_FORGOTTEN = Duration.ofDays(7);

  private static final String SUMS =
      """
      SUM("requests"), SUM("errors"), SUM("estimated"), SUM("prompt_tokens"),
        SUM("completion_tokens"), SUM("cached_tokens")
      """;

  private static final String ADD =
      """
      UPDATE "remuda_usage" SET "requests" = "requests" + ?, "errors" = "errors" + ?,
        "estimated" = "estimated" + ?, "prompt_tokens" = "prompt_tokens" + ?,
        "completion_tokens" = "completion_tokens" + ?, "cached_tokens" = "cached_tokens" + ?
      WHERE "usage_hour" = ? AND "api_key" = ? AND "tenant" = ? AND "model" = ?
      """;

  private static final String INSERT =
      """
      INSERT INTO "remuda_usage" ("requests", "errors", "estimated", "prompt_tokens",
        "completion_tokens", "cached_tokens", "usage_hour", "api_key", "tenant", "model")
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String TOKENS =
      """
      SELECT COALESCE(SUM(CASE WHEN "usage_hour" >= ? THEN "prompt_tokens" + "completion_tokens"
          ELSE 0 END), 0),
        COALESCE(SUM("prompt_tokens" + "completion_tokens"), 0)
      FROM "remuda_usage" WHERE "usage_hour" >= ? AND "%s" = ?
      """;

  private final DataSource source;

  UsageLedger(DataSource source) {
    this.source = source;
  }

  /** Adds what was not added before, and tells the tokens that were asked for. */
  List<Spent> handIn(HandIn handed, Instant now) throws SQLException {
    try (Connection connection = source.getConnection()) {
      if (handed.number() > 0) {
        connection.setAutoCommit(false);
        try {
          if (isNew(connection, handed, now)) {
            add(connection, handed.lines());
          }
          connection.commit();
        } catch (SQLException | RuntimeException e) {
          connection.rollback();
          throw e;
        } finally {
          connection.setAutoCommit(true);
        }
      }
      List<Spent> spent = new ArrayList<>();
      for (String holder : handed.budgets()) {
        spent(connection, holder, now).ifPresent(spent::add);
      }
      return spent;
    }
  }

  /** Notes the number; false where it was noted before. */
  private static boolean isNew(Connection connection, HandIn handed, Instant now)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE "remuda_usage_gateway" SET "last_number" = ?, "at_millis" = ?
            WHERE "gateway" = ? AND "last_number" < ?
            """)) {
      update.setLong(1, handed.number());
      update.setLong(2, now.toEpochMilli());
      update.setString(3, handed.gateway());
      update.setLong(4, handed.number());
      if (update.executeUpdate() > 0) {
        return true;
      }
    }
    try (PreparedStatement known =
        connection.prepareStatement(
            "SELECT 1 FROM \"remuda_usage_gateway\" WHERE \"gateway\" = ?")) {
      known.setString(1, handed.gateway());
      try (ResultSet rows = known.executeQuery()) {
        if (rows.next()) {
          return false;
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO \"remuda_usage_gateway\" VALUES (?, ?, ?)")) {
      insert.setString(1, handed.gateway());
      insert.setLong(2, handed.number());
      insert.setLong(3, now.toEpochMilli());
      insert.executeUpdate();
    }
    return true;
  }

  private static void add(Connection connection, List<Line> lines) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD);
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (Line line : lines) {
        bind(add, line);
        if (add.executeUpdate() == 0) {
          bind(insert, line);
          insert.executeUpdate();
        }
      }
    }
  }

  private static void bind(PreparedStatement statement, Line line) throws SQLException {
    statement.setLong(1, line.count().requests());
    statement.setLong(2, line.count().errors());
    statement.setLong(3, line.count().estimated());
    statement.setLong(4, line.count().promptTokens());
    statement.setLong(5, line.count().completionTokens());
    statement.setLong(6, line.count().cachedTokens());
    statement.setLong(7, line.hour());
    statement.setString(8, line.key());
    statement.setString(9, line.tenant());
    statement.setString(10, line.model());
  }

  private static Optional<Spent> spent(Connection connection, String holder, Instant now)
      throws SQLException {
    boolean ofKey = holder.startsWith(AllowanceProtocol.key(""));
    boolean ofTenant = holder.startsWith(AllowanceProtocol.tenant(""));
    if (!ofKey && !ofTenant) {
      return Optional.empty();
    }
    ZonedDateTime day = now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
    long dayHour = hour(day.toInstant());
    long monthHour = hour(day.withDayOfMonth(1).toInstant());
    try (PreparedStatement select =
        connection.prepareStatement(TOKENS.formatted(ofKey ? "api_key" : "tenant"))) {
      select.setLong(1, dayHour);
      select.setLong(2, monthHour);
      select.setString(3, holder.substring(holder.indexOf('.') + 1));
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        return Optional.of(new Spent(holder, dayHour, rows.getLong(1), monthHour, rows.getLong(2)));
      }
    }
  }

  /** The sums asked for, one more than {@code most} where there are more. */
  List<Line> read(Read wish, int most) throws SQLException {
    List<String> columns = new TreeSet<>(wish.by()).stream().map(UsageLedger::column).toList();
    String names = columns.stream().map("\"%s\""::formatted).collect(Collectors.joining(", "));
    String sql =
        "SELECT "
            + (names.isEmpty() ? "" : names + ", ")
            + SUMS
            + " FROM \"remuda_usage\" WHERE \"usage_hour\" >= ? AND \"usage_hour\" < ?"
            + (wish.key().isPresent() ? " AND \"api_key\" = ?" : "")
            + (wish.tenant().isPresent() ? " AND \"tenant\" = ?" : "")
            + (wish.model().isPresent() ? " AND \"model\" = ?" : "")
            + (names.isEmpty() ? "" : " GROUP BY " + names + " ORDER BY " + names)
            + " LIMIT ? OFFSET ?";
    try (Connection connection = source.getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      int at = 1;
      select.setLong(at++, wish.fromHour());
      select.setLong(at++, wish.toHour());
      for (Optional<String> one : List.of(wish.key(), wish.tenant(), wish.model())) {
        if (one.isPresent()) {
          select.setString(at++, one.get());
        }
      }
      select.setInt(at++, most + 1);
      select.setInt(at, wish.skip());
      List<Line> lines = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          lines.add(line(rows, columns));
        }
      }
      return lines;
    }
  }

  private static Line line(ResultSet rows, List<String> columns) throws SQLException {
    int sums = columns.size();
    return new Line(
        columns.contains("usage_hour") ? rows.getLong(1 + columns.indexOf("usage_hour")) : 0,
        text(rows, columns, "api_key"),
        text(rows, columns, "tenant"),
        text(rows, columns, "model"),
        new Count(
            rows.getLong(sums + 1),
            rows.getLong(sums + 2),
            rows.getLong(sums + 3),
            rows.getLong(sums + 4),
            rows.getLong(sums + 5),
            rows.getLong(sums + 6)));
  }

  private static String text(ResultSet rows, List<String> columns, String name)
      throws SQLException {
    return columns.contains(name) ? rows.getString(1 + columns.indexOf(name)) : "";
  }

  private static String column(By by) {
    return switch (by) {
      case HOUR -> "usage_hour";
      case KEY -> "api_key";
      case TENANT -> "tenant";
      case MODEL -> "model";
    };
  }

  /** Forgets what is older, and gateways that are gone. */
  void forget(Instant now, Duration retention) throws SQLException {
    try (Connection connection = source.getConnection();
        PreparedStatement lines =
            connection.prepareStatement("DELETE FROM \"remuda_usage\" WHERE \"usage_hour\" < ?");
        PreparedStatement gateways =
            connection.prepareStatement(
                "DELETE FROM \"remuda_usage_gateway\" WHERE \"at_millis\" < ?")) {
      lines.setLong(1, hour(now.minus(retention)));
      lines.executeUpdate();
      gateways.setLong(1, now.minus(GATEWAY_FORGOTTEN).toEpochMilli());
      gateways.executeUpdate();
    }
  }

  static long hour(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), HOUR.toSeconds());
  }
}
