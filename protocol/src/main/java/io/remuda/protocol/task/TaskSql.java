package io.remuda.protocol.task;

/**
 * Statements over the tables of tasks, the same for PostgreSQL and H2. Times are of the database's
 * clock, in milliseconds, so that no two machines' clocks are compared.
 */
public final class TaskSql {

  /** The schema of all tables; its migrations are {@code h2/} and {@code postgresql/} beside. */
  public static final String SCHEMA = "remuda_tasks";

  private static final String QUEUE = "\"remuda_tasks\".task_queue";
  private static final String DEAD = "\"remuda_tasks\".task_dead";
  private static final String RECORD = "\"remuda_tasks\".task_record";
  static final String NOW = "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) * 1000 AS BIGINT)";

  /** Rows that one sweep removes at most. */
  public static final int SWEEP_LIMIT = 500;

  /** queue, task id, envelope, deadline. */
  public static final String PUBLISH =
      "INSERT INTO "
          + QUEUE
          + " (queue, task_id, envelope, visible_at, deadline)"
          + " VALUES (?, ?, ?, 0, ?)";

  private static final String WAITING =
      "SELECT seq, envelope, deliveries FROM "
          + QUEUE
          + " WHERE queue = ? AND visible_at <= "
          + NOW
          + " ORDER BY queue, seq LIMIT ?";

  /**
   * queue, limit; gives seq, envelope, deliveries, of tasks that may be leased.
   *
   * @param embedded of H2, which would read and lock the whole queue for a few locked rows of it;
   *     there only {@link #LEASE} decides whose a task is. A server passes over what others are
   *     just taking.
   */
  public static String waiting(boolean embedded) {
    return embedded ? WAITING : WAITING + " FOR UPDATE SKIP LOCKED";
  }

  /** lease in millis, lease, seq; changes nothing when somebody else was first. */
  public static final String LEASE =
      "UPDATE "
          + QUEUE
          + " SET visible_at = "
          + NOW
          + " + ?, lease = ?,"
          + " deliveries = deliveries + 1 WHERE seq = ? AND visible_at <= "
          + NOW;

  /** lease in millis, seq, lease. */
  public static final String RENEW =
      "UPDATE " + QUEUE + " SET visible_at = " + NOW + " + ? WHERE seq = ? AND lease = ?";

  /** seq, lease. */
  public static final String REMOVE = "DELETE FROM " + QUEUE + " WHERE seq = ? AND lease = ?";

  /** seq, lease. */
  public static final String GIVE_BACK =
      "UPDATE " + QUEUE + " SET visible_at = 0, lease = '' WHERE seq = ? AND lease = ?";

  /** reason, seq, lease; {@link #REMOVE} follows. */
  public static final String GIVE_UP =
      "INSERT INTO "
          + DEAD
          + " (queue, task_id, envelope, deadline, reason, given_up_at)"
          + " SELECT queue, task_id, envelope, deadline, CAST(? AS VARCHAR(1000)), "
          + NOW
          + " FROM "
          + QUEUE
          + " WHERE seq = ? AND lease = ?";

  /** queue. */
  public static final String DEPTH =
      "SELECT COUNT(*) FROM " + QUEUE + " WHERE queue = ? AND visible_at <= " + NOW;

  private static final String LETTER =
      "SELECT seq, task_id, envelope, reason, given_up_at FROM " + DEAD;

  /** limit; gives seq, task id, envelope, reason, when. */
  public static final String DEAD_TASKS = LETTER + " ORDER BY seq LIMIT ?";

  /** limit; gives the same, of those whose end is not yet written down. */
  public static final String UNBURIED = LETTER + " WHERE NOT buried ORDER BY buried, seq LIMIT ?";

  /** seq. */
  public static final String BURIED = "UPDATE " + DEAD + " SET buried = TRUE WHERE seq = ?";

  /** task id; gives the envelope of its oldest letter. */
  public static final String DEAD_TASK =
      "SELECT envelope FROM " + DEAD + " WHERE task_id = ? ORDER BY seq LIMIT 1";

  /** task id. */
  public static final String DROP_DEAD = "DELETE FROM " + DEAD + " WHERE task_id = ?";

  /** Removes some tasks long past their deadline, whose records have ended. */
  public static final String SWEEP_QUEUE =
      "DELETE FROM "
          + QUEUE
          + " WHERE seq IN (SELECT seq FROM "
          + QUEUE
          + " WHERE deadline > 0 AND deadline < "
          + NOW
          + " - "
          + TaskNames.OVERDUE_MILLIS
          + " AND visible_at <= "
          + NOW
          + " LIMIT "
          + SWEEP_LIMIT
          + ")";

  /** Gives how many were given up and neither retried nor dropped. */
  public static final String DEAD_COUNT = "SELECT COUNT(*) FROM " + DEAD;

  /**
   * millis, count; removes some that are older, or have so many behind them, and whose end is
   * known.
   */
  public static final String SWEEP_DEAD =
      "DELETE FROM "
          + DEAD
          + " WHERE seq IN (SELECT seq FROM "
          + DEAD
          + " WHERE buried AND (given_up_at < "
          + NOW
          + " - CAST(? AS BIGINT) OR seq <= (SELECT seq FROM "
          + DEAD
          + " ORDER BY seq DESC LIMIT 1 OFFSET CAST(? AS INTEGER))) ORDER BY seq LIMIT "
          + SWEEP_LIMIT
          + ")";

  /** Removes some results whose time is over; their records stay. */
  public static final String SWEEP_RESULTS =
      "UPDATE "
          + RECORD
          + " SET result = NULL, result_until = 0 WHERE id IN (SELECT id FROM "
          + RECORD
          + " WHERE result_until > 0 AND result_until <= "
          + NOW
          + " LIMIT "
          + SWEEP_LIMIT
          + ")";

  /** Removes some records whose time is over. */
  public static final String SWEEP_RECORDS =
      "DELETE FROM "
          + RECORD
          + " WHERE id IN (SELECT id FROM "
          + RECORD
          + " WHERE expires_at <= "
          + NOW
          + " LIMIT "
          + SWEEP_LIMIT
          + ")";

  /**
   * id, tenant, once, digest, model, fingerprint, state, attempt, nonce, created_at, deadline,
   * result_ttl, millis that it lives, revivals, id, once. Writes nothing when one of the same id or
   * under the same key is there.
   */
  public static final String INSERT_RECORD =
      "INSERT INTO "
          + RECORD
          + " (id, tenant, once, digest, model, fingerprint, state, attempt,"
          + " nonce, created_at, deadline, result_ttl, expires_at, revivals)"
          + " SELECT CAST(? AS VARCHAR(80)), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(64)),"
          + " CAST(? AS VARCHAR(64)), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)),"
          + " CAST(? AS VARCHAR(20)), CAST(? AS INTEGER), CAST(? AS VARCHAR(80)),"
          + " CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) + "
          + NOW
          + ", CAST(? AS INTEGER)"
          + " WHERE NOT EXISTS (SELECT 1 FROM "
          + RECORD
          + " WHERE id = ?)"
          + " AND NOT EXISTS (SELECT 1 FROM "
          + RECORD
          // To look for NULL, H2 reads all records that have none.
          + " WHERE once = COALESCE(CAST(? AS VARCHAR(64)), ''))";

  /** As {@link #INSERT_RECORD}, then until when; later it writes nothing. */
  public static final String REMAKE_RECORD = INSERT_RECORD + " AND CAST(? AS BIGINT) >= " + NOW;

  /** once; gives id, digest, state. */
  public static final String FIRST_UNDER_KEY =
      "SELECT id, digest, state FROM " + RECORD + " WHERE once = ?";

  /** id. */
  public static final String STATE = "SELECT state, deadline FROM " + RECORD + " WHERE id = ?";

  /** id. */
  public static final String QUEUED =
      "UPDATE " + RECORD + " SET state = 'QUEUED' WHERE id = ? AND state = 'SUBMITTING'";

  /** nonce, the same, millis that the record lives beyond the deadline without an end, id. */
  public static final String CLAIM =
      "UPDATE "
          + RECORD
          + " SET state = 'RUNNING', attempt = CASE WHEN state = 'RUNNING'"
          + " AND nonce = CAST(? AS VARCHAR(80)) THEN attempt ELSE attempt + 1 END, nonce = ?,"
          + " progress = 0,"
          + " expires_at = GREATEST(deadline, "
          + NOW
          + ") + ?"
          + " WHERE id = ? AND finished_at = 0 AND (deadline = 0 OR deadline >= "
          + NOW
          + ")";

  /** id. */
  public static final String ATTEMPT = "SELECT attempt FROM " + RECORD + " WHERE id = ?";

  /** id; gives when it ended (0: not yet), how often it was claimed, and the last claim's nonce. */
  public static final String LOOK =
      "SELECT finished_at, attempt, nonce FROM " + RECORD + " WHERE id = ?";

  /**
   * For how long an end is known; one parameter, slack in millis: beyond the deadline in any case,
   * so that no later delivery of the task ends it otherwise.
   */
  private static final String KEPT =
      "expires_at = GREATEST("
          + NOW
          + " + result_ttl, GREATEST(deadline, "
          + NOW
          + ") + CAST(? AS BIGINT))";

  /** slack in millis, id. Ends what nobody may begin any more. */
  public static final String EXPIRE =
      "UPDATE "
          + RECORD
          + " SET state = 'EXPIRED', finished_at = "
          + NOW
          + ", "
          + KEPT
          + " WHERE id = ? AND finished_at = 0 AND deadline > 0 AND deadline < "
          + NOW;

  /**
   * state, result, error code, error message, whether there is a result (1 or 0), slack in millis,
   * id, attempt, nonce.
   */
  public static final String FINISH =
      "UPDATE "
          + RECORD
          + " SET state = ?, result = ?, error_code = ?, error_message = ?,"
          + " result_until = CAST(? AS BIGINT) * ("
          + NOW
          + " + result_ttl), finished_at = "
          + NOW
          + ", "
          + KEPT
          + " WHERE id = ? AND state = 'RUNNING' AND attempt = ? AND nonce = ?";

  /** id, attempt, nonce. As if it had not been claimed. */
  public static final String UNCLAIM =
      "UPDATE "
          + RECORD
          + " SET state = 'QUEUED', attempt = attempt - 1, nonce = ''"
          + " WHERE id = ? AND state = 'RUNNING' AND attempt = ? AND nonce = ?";

  /** percent, id, attempt, nonce. */
  public static final String PROGRESS =
      "UPDATE "
          + RECORD
          + " SET progress = ?"
          + " WHERE id = ? AND state = 'RUNNING' AND attempt = ? AND nonce = ?";

  /** state, error code, error message, now, slack in millis, id. */
  public static final String END =
      "UPDATE "
          + RECORD
          + " SET state = ?, error_code = ?, error_message = ?, finished_at = ?, "
          + KEPT
          + " WHERE id = ? AND finished_at = 0";

  /** As {@link #END}, then how often it was revived: more often in the table, nothing changes. */
  public static final String BURY = END + " AND revivals <= ?";

  /**
   * millis that the record lives beyond the deadline without an end, id, now, two error codes that
   * may be revived; {@link #REVIVALS} follows.
   */
  public static final String REVIVE =
      "UPDATE "
          + RECORD
          + " SET state = 'QUEUED', attempt = 0, nonce = '', progress = 0, revivals = revivals + 1,"
          + " finished_at = 0, result = NULL, error_code = '', error_message = '',"
          + " expires_at = GREATEST(deadline, "
          + NOW
          + ") + ?"
          + " WHERE id = ? AND (deadline = 0 OR deadline > ?)"
          + " AND (state = 'QUEUED' OR (state = 'FAILED' AND error_code IN (?, ?)))";

  /** id. */
  public static final String REVIVALS = "SELECT revivals FROM " + RECORD + " WHERE id = ?";

  private static final String FIELDS =
      "id, model, state, attempt, nonce, created_at, finished_at, deadline, error_code,"
          + " error_message, fingerprint, tenant, progress, CASE WHEN state = 'DONE'"
          + " AND result_until <= "
          + NOW
          + " THEN 1 ELSE 0 END";

  private static final String RESULT = "CASE WHEN result_until > " + NOW + " THEN result END";

  /** id; gives the state and the bytes of the result. */
  public static final String OUTLINE =
      "SELECT state, OCTET_LENGTH("
          + RESULT
          + ") FROM "
          + RECORD
          + " WHERE id = ? AND expires_at > "
          + NOW;

  /** id; gives the fields that {@link #LIST} gives, and the result. */
  public static final String READ =
      "SELECT "
          + FIELDS
          + ", "
          + RESULT
          + " FROM "
          + RECORD
          + " WHERE id = ? AND expires_at > "
          + NOW;

  /** id. */
  public static final String CREATED_AT = "SELECT created_at FROM " + RECORD + " WHERE id = ?";

  /** tenant, created_at, created_at, id, limit. */
  public static final String LIST =
      "SELECT "
          + FIELDS
          + " FROM "
          + RECORD
          + " WHERE tenant = ? AND expires_at > "
          + NOW
          + " AND (created_at < ? OR (created_at = ? AND id < ?))"
          + " ORDER BY tenant DESC, created_at DESC, id DESC LIMIT ?";

  /** now, limit. */
  public static final String OVERDUE =
      "SELECT id FROM "
          + RECORD
          + " WHERE finished_at = 0 AND deadline > 0 AND deadline <= ?"
          + " ORDER BY finished_at, deadline LIMIT ?";

  private TaskSql() {}
}
