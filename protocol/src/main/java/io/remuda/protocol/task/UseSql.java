package io.remuda.protocol.task;

/**
 * Statements over the tables of what tasks used, the same for PostgreSQL and H2. Times are of the
 * database's clock.
 *
 * <p>A part is what lies in a lane. Earlier versions gave each part a name of its own, and kept its
 * lease in its rows: {@link #OLD_DUE}, {@link #OLD_LEASE} and {@link #OLD_DONE} are for what they
 * left, and they do not see what lies in lanes.
 */
public final class UseSql {

  private static final String USE = "\"remuda_tasks\".task_use";
  private static final String LANE = "\"remuda_tasks\".task_use_lane";

  /** When a row is due that lies in a lane: its lane's lease counts. */
  private static final String IN_LANE = "9223372036854775807";

  /** body. To be written with the end of its task, or not at all. */
  public static final String NOTE =
      "INSERT INTO " + USE + " (body, ended_at) VALUES (?, " + TaskSql.NOW + ")";

  /** Gives a lane whose part's lease is over, and the part's number. */
  public static final String DUE =
      "SELECT lane, last_number FROM "
          + LANE
          + " WHERE due_at > 0 AND due_at <= "
          + TaskSql.NOW
          + " ORDER BY due_at, lane LIMIT 1 FOR UPDATE SKIP LOCKED";

  /** Gives a lane without a part; always the same one, where nobody else has it. */
  public static final String FREE =
      "SELECT lane FROM " + LANE + " WHERE due_at = 0 ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED";

  /**
   * lease in millis, lane. Its part has a number that no part of it had, also where the database
   * was set back to what it was before: the clock has gone on.
   */
  public static final String OPEN =
      "UPDATE "
          + LANE
          + " SET last_number = GREATEST(last_number + 1, "
          + TaskSql.NOW
          + "), due_at = "
          + TaskSql.NOW
          + " + CAST(? AS BIGINT) WHERE lane = ?";

  /** lane; gives its part's number. */
  public static final String NUMBER = "SELECT last_number FROM " + LANE + " WHERE lane = ?";

  /** lease in millis, lane. */
  public static final String LEASE =
      "UPDATE " + LANE + " SET due_at = " + TaskSql.NOW + " + CAST(? AS BIGINT) WHERE lane = ?";

  /** lane, number; changes nothing where the lane has another part by now, or none. */
  public static final String CLOSE =
      "UPDATE " + LANE + " SET due_at = 0 WHERE lane = ? AND last_number = ? AND due_at > 0";

  /** limit; gives seq of what is in no part. Passes over what others are just taking. */
  public static final String FRESH =
      "SELECT seq FROM "
          + USE
          + " WHERE due_at = 0 ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED";

  /** lane, seq. */
  public static final String ASSIGN =
      "UPDATE " + USE + " SET part = ?, due_at = " + IN_LANE + " WHERE seq = ?";

  /** part; gives body and when its task ended. */
  public static final String READ =
      "SELECT body, ended_at FROM " + USE + " WHERE part = ? ORDER BY seq";

  /** part. */
  public static final String DONE = "DELETE FROM " + USE + " WHERE part = ?";

  /**
   * Gives a part of an earlier version whose lease is over. Whoever takes one has its first row:
   * two that had different rows of one part would wait for each other.
   */
  public static final String OLD_DUE =
      "SELECT u.part FROM "
          + USE
          + " u WHERE u.due_at > 0 AND u.due_at <= "
          + TaskSql.NOW
          + " AND u.seq = (SELECT MIN(f.seq) FROM "
          + USE
          + " f WHERE f.part = u.part)"
          + " ORDER BY u.due_at, u.seq LIMIT 1 FOR UPDATE SKIP LOCKED";

  /** lease in millis, part. */
  public static final String OLD_LEASE =
      "UPDATE " + USE + " SET due_at = " + TaskSql.NOW + " + CAST(? AS BIGINT) WHERE part = ?";

  /** part; removes nothing that lies in a lane. */
  public static final String OLD_DONE =
      "DELETE FROM " + USE + " WHERE part = ? AND due_at < " + IN_LANE;

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
