package io.remuda.protocol.task;

/**
 * Statements over the table of what tasks used, the same for PostgreSQL and H2. Times are of the
 * database's clock.
 */
public final class UseSql {

  private static final String USE = "\"remuda_tasks\".task_use";

  /** body. To be written with the end of its task, or not at all. */
  public static final String NOTE =
      "INSERT INTO " + USE + " (body, ended_at) VALUES (?, " + TaskSql.NOW + ")";

  /**
   * Gives a part that was taken before, and whose lease is over. Whoever takes a part has its first
   * row: two that had different rows of one part would wait for each other.
   */
  public static final String DUE =
      "SELECT u.part FROM "
          + USE
          + " u WHERE u.due_at > 0 AND u.due_at <= "
          + TaskSql.NOW
          + " AND u.seq = (SELECT MIN(f.seq) FROM "
          + USE
          + " f WHERE f.part = u.part)"
          + " ORDER BY u.due_at, u.seq LIMIT 1 FOR UPDATE SKIP LOCKED";

  /** limit; gives seq of what is in no part. Passes over what others are just taking. */
  public static final String FRESH =
      "SELECT seq FROM "
          + USE
          + " WHERE due_at = 0 ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED";

  /** part, lease in millis, seq. */
  public static final String ASSIGN =
      "UPDATE "
          + USE
          + " SET part = ?, due_at = "
          + TaskSql.NOW
          + " + CAST(? AS BIGINT) WHERE seq = ?";

  /** lease in millis, part. */
  public static final String LEASE =
      "UPDATE " + USE + " SET due_at = " + TaskSql.NOW + " + CAST(? AS BIGINT) WHERE part = ?";

  /** part; gives body and when its task ended. */
  public static final String READ =
      "SELECT body, ended_at FROM " + USE + " WHERE part = ? ORDER BY seq";

  /** part. */
  public static final String DONE = "DELETE FROM " + USE + " WHERE part = ?";

  /** millis; removes some of tasks that ended longer ago. */
  public static final String SWEEP =
      "DELETE FROM "
          + USE
          + " WHERE seq IN (SELECT seq FROM "
          + USE
          + " WHERE ended_at < "
          + TaskSql.NOW
          + " - CAST(? AS BIGINT) LIMIT "
          + TaskSql.SWEEP_LIMIT
          + ")";

  private UseSql() {}
}
