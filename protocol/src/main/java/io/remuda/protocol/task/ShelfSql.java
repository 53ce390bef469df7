package io.remuda.protocol.task;

/** Statements over documents and their pieces, the same for PostgreSQL and H2. */
public final class ShelfSql {

  private static final String DOCUMENT = "\"remuda_tasks\".shelf_document";
  private static final String PIECE = "\"remuda_tasks\".shelf_piece";
  private static final String COLUMNS =
      "SELECT id, kind, tenant, version, created_at, expires_at, body FROM " + DOCUMENT;

  /** id. */
  public static final String READ = COLUMNS + " WHERE id = ?";

  /** id, kind, tenant, created, expires, due, body. */
  public static final String ADD =
      "INSERT INTO "
          + DOCUMENT
          + " (id, kind, tenant, version, created_at, expires_at, due_at, body)"
          + " VALUES (?, ?, ?, 1, ?, ?, ?, ?)";

  /** body, id, version seen. */
  public static final String REPLACE =
      "UPDATE " + DOCUMENT + " SET body = ?, version = version + 1 WHERE id = ? AND version = ?";

  /** id. */
  public static final String SETTLED = "UPDATE " + DOCUMENT + " SET due_at = 0 WHERE id = ?";

  /** kind, tenant, created before, created at, id before, limit. */
  public static final String LIST =
      COLUMNS
          + " WHERE kind = ? AND tenant = ? AND (created_at < ? OR (created_at = ? AND id < ?))"
          + " ORDER BY created_at DESC, id DESC LIMIT ?";

  /** kind, now, limit. Passes over what others are just taking. */
  public static final String DUE =
      COLUMNS
          + " WHERE kind = ? AND due_at > 0 AND due_at <= ? ORDER BY due_at LIMIT ?"
          + " FOR UPDATE SKIP LOCKED";

  /** due again, holder, id. */
  public static final String LEASE =
      "UPDATE " + DOCUMENT + " SET due_at = ?, holder = ? WHERE id = ?";

  /** due again, id, holder. */
  public static final String HOLD =
      "UPDATE " + DOCUMENT + " SET due_at = ? WHERE id = ? AND holder = ? AND due_at > 0";

  /** id. */
  public static final String REMOVE = "DELETE FROM " + DOCUMENT + " WHERE id = ?";

  /** owner, number. */
  public static final String HAS_PIECE =
      "SELECT 1 FROM " + PIECE + " WHERE owner = ? AND number = ?";

  /** owner, number, mark, expires, body. */
  public static final String PUT =
      "INSERT INTO " + PIECE + " (owner, number, mark, expires_at, body) VALUES (?, ?, ?, ?, ?)";

  /** owner, first number, number after the last. */
  public static final String PIECES =
      "SELECT number, mark, body FROM "
          + PIECE
          + " WHERE owner = ? AND number >= ? AND number < ? ORDER BY number";

  /** owner. */
  public static final String MARKS = "SELECT number, mark FROM " + PIECE + " WHERE owner = ?";

  /** owner. */
  public static final String DROP = "DELETE FROM " + PIECE + " WHERE owner = ?";

  /** now. */
  public static final String SWEEP_DOCUMENTS =
      "DELETE FROM "
          + DOCUMENT
          + " WHERE id IN (SELECT id FROM "
          + DOCUMENT
          + " WHERE expires_at <= ? LIMIT 500)";

  /** now. */
  public static final String SWEEP_PIECES =
      "DELETE FROM "
          + PIECE
          + " WHERE (owner, number) IN (SELECT owner, number FROM "
          + PIECE
          + " WHERE expires_at <= ? LIMIT 500)";

  private ShelfSql() {}
}
