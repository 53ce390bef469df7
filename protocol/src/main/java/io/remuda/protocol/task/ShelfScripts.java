package io.remuda.protocol.task;

import io.remuda.protocol.task.TaskScripts.Script;

/**
 * Documents and their pieces as Redis scripts.
 *
 * @param add KEYS document, the tenant's list, those due; ARGV id, kind, tenant, createdAt,
 *     expiresAt, body, "1" when somebody has to work on it. Answers 1, or 0 when it was there
 * @param replace KEYS document, those due; ARGV id, version seen, body, "0" when nobody has to work
 *     on it any more. Answers 1, or 0 when it has another version
 * @param take KEYS those due; ARGV now, due again, limit, holder, prefix of documents. Answers ids
 * @param hold KEYS document, those due; ARGV id, holder, due again. Answers 1, or 0 when somebody
 *     else holds it
 * @param put KEYS pieces, their marks; ARGV number, mark, bytes, expiresAt. Answers 1, or 0 when
 *     there is one of this number
 * @param list KEYS the tenant's list; ARGV limit, id before the page or "", prefix of documents.
 *     Answers ids
 */
public record ShelfScripts(
    Script add, Script replace, Script take, Script hold, Script put, Script list) {

  public static ShelfScripts load() {
    return new ShelfScripts(
        TaskScripts.read("shelf-add"),
        TaskScripts.read("shelf-replace"),
        TaskScripts.read("shelf-take"),
        TaskScripts.read("shelf-hold"),
        TaskScripts.read("shelf-put"),
        TaskScripts.read("shelf-list"));
  }
}
