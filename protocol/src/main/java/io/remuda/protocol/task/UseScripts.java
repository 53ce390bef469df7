package io.remuda.protocol.task;

import io.remuda.protocol.task.TaskScripts.Script;

/**
 * What tasks used, as Redis scripts; {@code finish} of {@link TaskScripts} notes it. KEYS of both
 * are the list of what is in no part, whose name begins the names of parts; the sorted set of parts
 * of earlier versions by when their leases end; the same of lanes that have a part; and the hash of
 * each lane's last number.
 *
 * @param take ARGV name of a lane if one is to be made, lease in millis, most uses of a part,
 *     millis that a part lives, most lanes. Answers the lane, the part's number and its uses, or
 *     nothing
 * @param done ARGV the lane and the part's number. Answers how many parts there were: none where
 *     the lane has another one by now
 */
public record UseScripts(Script take, Script done) {

  public static UseScripts load() {
    return new UseScripts(TaskScripts.read("use-take"), TaskScripts.read("use-done"));
  }
}
