package io.remuda.protocol.task;

/** Statements over the table of pending webhooks, the same for PostgreSQL and H2. */
public final class HookSql {

  private static final String HOOK = "\"remuda_tasks\".task_hook";

  /** task id, tenant, url, due, task id. Writes nothing when it is there. */
  public static final String REMEMBER =
      "INSERT INTO "
          + HOOK
          + " (task_id, tenant, url, due_at) SELECT CAST(? AS VARCHAR(80)), CAST(? AS"
          + " VARCHAR(200)), CAST(? AS VARCHAR(2000)), CAST(? AS BIGINT) WHERE NOT EXISTS (SELECT 1"
          + " FROM "
          + HOOK
          + " WHERE task_id = ?)";

  /** now, limit; gives task id, tenant, url, tries. Passes over what others are just taking. */
  public static final String DUE =
      "SELECT task_id, tenant, url, tries FROM "
          + HOOK
          + " WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED";

  /** due, task id. */
  public static final String LEASE = "UPDATE " + HOOK + " SET due_at = ? WHERE task_id = ?";

  /** tries, due, task id. */
  public static final String AGAIN =
      "UPDATE " + HOOK + " SET tries = ?, due_at = ? WHERE task_id = ?";

  /** task id. */
  public static final String DONE = "DELETE FROM " + HOOK + " WHERE task_id = ?";

  private HookSql() {}
}
