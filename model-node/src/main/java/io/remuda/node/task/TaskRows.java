package io.remuda.node.task;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One consumption's rows in the table of tasks: leases them under a name of its own, which is asked
 * for again at every change. Each call is part of its caller's transaction.
 */
final class TaskRows {

  private static final int REASON_LIMIT = 1_000;

  /** A row that is ours until its lease ends. */
  record Taken(long seq, TaskEnvelope task, boolean again) {}

  /**
   * What one look brought.
   *
   * @param missed whether others took some of what was seen, so that another look is worthwhile
   */
  record Look(List<Taken> taken, boolean missed) {}

  private record Row(long seq, ByteString envelope, int deliveries) {}

  private final String queue;
  private final String waiting;
  private final String lease;
  private final long leaseMillis;

  TaskRows(boolean embedded, String queue, String lease, long leaseMillis) {
    this.queue = queue;
    this.waiting = TaskSql.waiting(embedded);
    this.lease = lease;
    this.leaseMillis = leaseMillis;
  }

  /** Leases up to {@code room} tasks, the oldest first. */
  Look take(Connection connection, int room) throws SQLException {
    List<Row> seen = waiting(connection, room);
    List<Row> ours = leased(connection, seen);
    List<Taken> taken = new ArrayList<>(ours.size());
    for (Row row : ours) {
      Optional<TaskEnvelope> task = parsed(row.envelope());
      if (task.isEmpty() || row.deliveries() >= TaskNames.DELIVERY_LIMIT) {
        giveUp(
            connection, row.seq(), "it was delivered too often and never ended, or cannot be read");
      } else {
        taken.add(new Taken(row.seq(), task.get(), row.deliveries() > 0));
      }
    }
    return new Look(taken, ours.size() < seen.size());
  }

  /** Does what the verdict says; false when the row is no longer ours. */
  boolean settle(Connection connection, long seq, Verdict verdict) throws SQLException {
    if (verdict instanceof Verdict.Dead dead) {
      return giveUp(connection, seq, dead.reason());
    }
    String sql = verdict instanceof Verdict.Ack ? TaskSql.REMOVE : TaskSql.GIVE_BACK;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, seq);
      update.setString(2, lease);
      return update.executeUpdate() == 1;
    }
  }

  /** Holds the rows for another lease's time; answers how many it tried. */
  int renew(Connection connection, List<Long> seqs) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(TaskSql.RENEW)) {
      for (long seq : seqs) {
        update.setLong(1, leaseMillis);
        update.setLong(2, seq);
        update.setString(3, lease);
        update.addBatch();
      }
      return update.executeBatch().length;
    }
  }

  private List<Row> waiting(Connection connection, int room) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(waiting)) {
      select.setString(1, queue);
      select.setInt(2, room);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(
              new Row(found.getLong(1), ByteString.copyFrom(found.getBytes(2)), found.getInt(3)));
        }
      }
    }
    return rows;
  }

  private List<Row> leased(Connection connection, List<Row> seen) throws SQLException {
    if (seen.isEmpty()) {
      return seen;
    }
    List<Row> ours = new ArrayList<>(seen.size());
    try (PreparedStatement update = connection.prepareStatement(TaskSql.LEASE)) {
      for (Row row : seen) {
        update.setLong(1, leaseMillis);
        update.setString(2, lease);
        update.setLong(3, row.seq());
        update.addBatch();
      }
      int[] changed = update.executeBatch();
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] == 1) {
          ours.add(seen.get(i));
        }
      }
    }
    return ours;
  }

  private boolean giveUp(Connection connection, long seq, String reason) throws SQLException {
    try (PreparedStatement copy = connection.prepareStatement(TaskSql.GIVE_UP);
        PreparedStatement remove = connection.prepareStatement(TaskSql.REMOVE)) {
      copy.setString(
          1, reason.length() > REASON_LIMIT ? reason.substring(0, REASON_LIMIT) : reason);
      copy.setLong(2, seq);
      copy.setString(3, lease);
      copy.executeUpdate();
      remove.setLong(1, seq);
      remove.setString(2, lease);
      return remove.executeUpdate() == 1;
    }
  }

  private static Optional<TaskEnvelope> parsed(ByteString envelope) {
    try {
      return Optional.of(EnvelopeCodec.read(envelope));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
