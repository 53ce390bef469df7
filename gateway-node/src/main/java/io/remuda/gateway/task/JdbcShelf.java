package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import io.remuda.protocol.task.ShelfSql;
import io.remuda.protocol.task.TaskDatabase;
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

/** Documents and pieces in tables beside the tasks' own. */
final class JdbcShelf implements Shelf {

  private final TaskDatabase database;

  JdbcShelf(TaskDatabase database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Boolean> add(Document document, boolean open) {
    return write(
        document.id(),
        connection -> {
          if (!select(connection, ShelfSql.READ, document.id()).isEmpty()) {
            return false;
          }
          return update(
                  connection,
                  ShelfSql.ADD,
                  document.id(),
                  document.kind(),
                  document.tenant(),
                  document.created().toEpochMilli(),
                  document.expires().toEpochMilli(),
                  open ? document.created().toEpochMilli() : 0L,
                  document.body().toByteArray())
              == 1;
        });
  }

  @Override
  public CompletionStage<Boolean> replace(Document changed, boolean open) {
    return write(
        changed.id(),
        connection -> {
          int count =
              update(
                  connection,
                  ShelfSql.REPLACE,
                  changed.body().toByteArray(),
                  changed.id(),
                  changed.version());
          if (count == 1 && !open) {
            update(connection, ShelfSql.SETTLED, changed.id());
          }
          return count == 1;
        });
  }

  @Override
  public CompletionStage<Optional<Document>> read(String id) {
    return alone(connection -> select(connection, ShelfSql.READ, id).stream().findFirst());
  }

  @Override
  public CompletionStage<List<Document>> list(
      String kind, String tenant, int limit, Optional<String> after) {
    return alone(
        connection -> {
          long from = Long.MAX_VALUE;
          if (after.isPresent()) {
            List<Document> last = select(connection, ShelfSql.READ, after.get());
            if (last.isEmpty()) {
              return List.<Document>of();
            }
            from = last.get(0).created().toEpochMilli();
          }
          return select(
              connection, ShelfSql.LIST, kind, tenant, from, from, after.orElse(""), limit);
        });
  }

  @Override
  public CompletionStage<Boolean> remove(Document document) {
    return write(
        document.id(), connection -> update(connection, ShelfSql.REMOVE, document.id()) == 1);
  }

  @Override
  public CompletionStage<List<Document>> take(
      String kind, String holder, Instant now, Duration lease, int limit) {
    return alone(
        connection -> {
          List<Document> due = select(connection, ShelfSql.DUE, kind, now.toEpochMilli(), limit);
          for (Document each : due) {
            update(connection, ShelfSql.LEASE, now.plus(lease).toEpochMilli(), holder, each.id());
          }
          return due;
        });
  }

  @Override
  public CompletionStage<Boolean> hold(Document document, String holder, Instant until) {
    return write(
        document.id(),
        connection ->
            update(connection, ShelfSql.HOLD, until.toEpochMilli(), document.id(), holder) == 1);
  }

  @Override
  public CompletionStage<Boolean> put(String owner, Piece piece, Instant expires) {
    return write(
        owner + " " + piece.number(),
        connection -> {
          try (PreparedStatement select =
                  prepared(connection, ShelfSql.HAS_PIECE, owner, piece.number());
              ResultSet rows = select.executeQuery()) {
            if (rows.next()) {
              return false;
            }
          }
          return update(
                  connection,
                  ShelfSql.PUT,
                  owner,
                  piece.number(),
                  piece.mark(),
                  expires.toEpochMilli(),
                  piece.bytes().toByteArray())
              == 1;
        });
  }

  @Override
  public CompletionStage<List<Piece>> pieces(String owner, int from, int count) {
    return alone(
        connection -> {
          List<Piece> pieces = new ArrayList<>();
          try (PreparedStatement select =
                  prepared(connection, ShelfSql.PIECES, owner, from, from + count);
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              pieces.add(
                  new Piece(
                      rows.getInt(1), rows.getString(2), ByteString.copyFrom(rows.getBytes(3))));
            }
          }
          return pieces;
        });
  }

  @Override
  public CompletionStage<List<Mark>> marks(String owner) {
    return alone(
        connection -> {
          List<Mark> marks = new ArrayList<>();
          try (PreparedStatement select = prepared(connection, ShelfSql.MARKS, owner);
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              marks.add(new Mark(rows.getInt(1), rows.getString(2)));
            }
          }
          return marks;
        });
  }

  @Override
  public CompletionStage<Void> drop(String owner) {
    CompletionStage<Integer> dropped =
        alone(connection -> update(connection, ShelfSql.DROP, owner));
    return dropped.thenApply(count -> null);
  }

  /** Removes some of what has expired. */
  void sweep() {
    long now = System.currentTimeMillis();
    for (String sql : List.of(ShelfSql.SWEEP_DOCUMENTS, ShelfSql.SWEEP_PIECES)) {
      CompletionStage<Integer> swept = alone(connection -> update(connection, sql, now));
      // What cannot be removed now, the next sweep removes.
      var unused = swept.exceptionally(failure -> 0);
    }
  }

  /** The connections are the result store's. */
  @Override
  public void close() {}

  private static List<Document> select(Connection connection, String sql, Object... values)
      throws SQLException {
    List<Document> found = new ArrayList<>();
    try (PreparedStatement select = prepared(connection, sql, values);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(
            new Document(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getLong(4),
                Instant.ofEpochMilli(rows.getLong(5)),
                Instant.ofEpochMilli(rows.getLong(6)),
                ByteString.copyFrom(rows.getBytes(7))));
      }
    }
    return found;
  }

  private static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement update = prepared(connection, sql, values)) {
      return update.executeUpdate();
    }
  }

  private static PreparedStatement prepared(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      if (value instanceof byte[] bytes) {
        statement.setBytes(i + 1, bytes);
      } else if (value instanceof Long number) {
        statement.setLong(i + 1, number);
      } else if (value instanceof Integer number) {
        statement.setInt(i + 1, number);
      } else {
        statement.setString(i + 1, String.valueOf(value));
      }
    }
    return statement;
  }

  private <T> CompletionStage<T> alone(TaskDatabase.Work<T> work) {
    return StoreFailures.explained(database.alone(work));
  }

  private <T> CompletionStage<T> write(String key, TaskDatabase.Work<T> work) {
    // A key of its own: a task's record is changed at the same time under the task's id.
    return StoreFailures.explained(database.write("shelf " + key, work));
  }
}
