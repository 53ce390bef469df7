package io.remuda.protocol.task;

import io.remuda.protocol.task.TaskScripts.Script;

/**
 * What tasks used, as Redis scripts; {@code finish} of {@link TaskScripts} notes it. KEYS of both
 * are the list of what is in no part, whose name begins the names of parts, and the sorted set of
 * parts by when their leases end.
 *
 * @param take ARGV id of a new part, lease in millis, most uses of a part, millis that a part
 *     lives. Answers the part's id and its uses, or nothing
 * @param done ARGV the part's id. Answers how many there were
 */
public record UseScripts(Script take, Script done) {

  public static UseScripts load() {
    return new UseScripts(TaskScripts.read("use-take"), TaskScripts.read("use-done"));
  }
}
