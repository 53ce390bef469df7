package io.remuda.protocol.task;

import io.remuda.protocol.task.TaskScripts.Script;

/**
 * Pending webhooks as Redis scripts. KEYS of all are the sorted set by when each is due, and the
 * hash of what each is.
 *
 * @param remember ARGV task id, tenant, url, due. Answers 1, or 0 when it was there
 * @param take ARGV now, due again, limit. Answers rows of task id, tries, tenant, url
 * @param again ARGV task id, tries, due. Answers 1, or 0 when it is gone
 * @param done ARGV task id. Answers how many there were
 */
public record HookScripts(Script remember, Script take, Script again, Script done) {

  public static HookScripts load() {
    return new HookScripts(
        TaskScripts.read("hook-remember"),
        TaskScripts.read("hook-take"),
        TaskScripts.read("hook-again"),
        TaskScripts.read("hook-done"));
  }
}
