package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskDatabase;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UseSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What tasks used, in tables beside the tasks' own: parts of it lie in lanes. */
final class JdbcTaskUses implements TaskUseStore {

  private static final Logger LOG = LoggerFactory.getLogger(JdbcTaskUses.class);

  /** Earlier versions gave each part a name of its own, and handed it in under this number. */
  private static final long OLD_NUMBER = 1;

  private final TaskDatabase database;

  JdbcTaskUses(TaskDatabase database) {
    this.database = database;
  }

  /** What a part is known by. */
  private record Name(String lane, long number) {}

  @Override
  public CompletionStage<Optional<Part>> take(Duration lease, int most) {
    return StoreFailures.explained(
        database.alone(
            connection -> {
              Optional<Name> part = due(connection, lease);
              if (part.isEmpty()) {
                part = old(connection, lease);
              }
              if (part.isEmpty()) {
                part = fresh(connection, lease, most);
              }
              return part.isPresent()
                  ? Optional.of(
                      new Part(
                          part.get().lane(),
                          part.get().number(),
                          uses(connection, part.get().lane())))
                  : Optional.<Part>empty();
            }));
  }

  private static Optional<Name> due(Connection connection, Duration lease) throws SQLException {
    Optional<Name> due = Optional.empty();
    try (PreparedStatement select = connection.prepareStatement(UseSql.DUE);
        ResultSet rows = select.executeQuery()) {
      if (rows.next()) {
        due = Optional.of(new Name(rows.getString(1), rows.getLong(2)));
      }
    }
    if (due.isPresent()) {
      update(connection, UseSql.LEASE, lease, due.get().lane());
    }
    return due;
  }

  private static Optional<Name> old(Connection connection, Duration lease) throws SQLException {
    Optional<String> due = first(connection, UseSql.OLD_DUE);
    if (due.isEmpty()) {
      return Optional.empty();
    }
    update(connection, UseSql.OLD_LEASE, lease, due.get());
    return Optional.of(new Name(due.get(), OLD_NUMBER));
  }

  private static Optional<Name> fresh(Connection connection, Duration lease, int most)
      throws SQLException {
    List<Long> fresh = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(UseSql.FRESH)) {
      select.setInt(1, most);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          fresh.add(rows.getLong(1));
        }
      }
    }
    Optional<String> free = fresh.isEmpty() ? Optional.empty() : first(connection, UseSql.FREE);
    if (free.isEmpty()) {
      return Optional.empty();
    }
    try (PreparedStatement assign = connection.prepareStatement(UseSql.ASSIGN)) {
      for (long seq : fresh) {
        assign.setString(1, free.get());
        assign.setLong(2, seq);
        assign.addBatch();
      }
      assign.executeBatch();
    }
    update(connection, UseSql.OPEN, lease, free.get());
    return Optional.of(new Name(free.get(), number(connection, free.get())));
  }

  private static Optional<String> first(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql);
        ResultSet rows = select.executeQuery()) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    }
  }

  private static long number(Connection connection, String lane) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(UseSql.NUMBER)) {
      select.setString(1, lane);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("the lane " + lane + " is gone");
        }
        return rows.getLong(1);
      }
    }
  }

  /** A row that cannot be read is left out: it would keep all others from being counted. */
  private static List<Use> uses(Connection connection, String part) throws SQLException {
    List<Use> uses = new ArrayList<>();
    int bad = 0;
    try (PreparedStatement select = connection.prepareStatement(UseSql.READ)) {
      select.setString(1, part);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Optional<TaskUse> use = use(rows.getBytes(1));
          if (use.isPresent()) {
            uses.add(new Use(use.get(), Instant.ofEpochMilli(rows.getLong(2))));
          } else {
            bad++;
          }
        }
      }
    }
    if (bad > 0) {
      LOG.warn("event=task-usage-unreadable part={} tasks={}", part, bad);
    }
    return uses;
  }

  private static Optional<TaskUse> use(byte[] body) {
    try {
      return Optional.of(TaskUse.parseFrom(body));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static void update(Connection connection, String sql, Duration lease, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, lease.toMillis());
      statement.setString(2, name);
      statement.executeUpdate();
    }
  }

  @Override
  public CompletionStage<Void> done(Part part) {
    CompletionStage<Integer> removed =
        database.write(
            // Its own key: no task's record is changed under it.
            "uses " + part.lane(),
            connection ->
                delete(
                    connection,
                    closed(connection, part) ? UseSql.DONE : UseSql.OLD_DONE,
                    part.lane()));
    return StoreFailures.explained(removed.<Void>thenApply(count -> null));
  }

  /** False of a part of an earlier version, too, which lies in no lane. */
  private static boolean closed(Connection connection, Part part) throws SQLException {
    try (PreparedStatement close = connection.prepareStatement(UseSql.CLOSE)) {
      close.setString(1, part.lane());
      close.setLong(2, part.number());
      return close.executeUpdate() > 0;
    }
  }

  private static int delete(Connection connection, String sql, String part) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setString(1, part);
      return delete.executeUpdate();
    }
  }

  /** Forgets what waited too long for a registry, and would not be told from what it knows. */
  void sweep() {
    var unused =
        database
            .write(
                "uses",
                connection -> {
                  try (PreparedStatement sweep = connection.prepareStatement(UseSql.SWEEP)) {
                    sweep.setLong(1, TaskNames.USE_MILLIS);
                    return sweep.executeUpdate();
                  }
                })
            .whenComplete(
                (removed, failure) -> {
                  if (failure == null && removed > 0) {
                    LOG.warn(
                        "event=task-usage-lost tasks={} reason=\"no registry took it in\"",
                        removed);
                  }
                });
  }

  /** The connections are the result store's. */
  @Override
  public void close() {}
}
