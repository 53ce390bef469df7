package io.remuda.gateway.task;

import io.lettuce.core.ScriptOutputType;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.task.HookScripts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Pending webhooks in Redis: a sorted set by when they are due, and a hash of what they are. */
final class RedisHooks implements PendingHooks {

  private static final String[] KEYS = {"remuda:hooks:due", "remuda:hooks"};

  private final RedisLink link;
  private final HookScripts scripts = HookScripts.load();

  RedisHooks(RedisLink link) {
    this.link = link;
  }

  @Override
  public CompletionStage<Void> remember(TaskId task, String tenant, URI url, Instant due) {
    return change(
        link.run(
            scripts.remember(),
            ScriptOutputType.INTEGER,
            KEYS,
            task.value(),
            tenant,
            url.toString(),
            millis(due)));
  }

  @Override
  public CompletionStage<List<Hook>> take(Instant now, Duration lease, int limit) {
    CompletionStage<List<byte[]>> rows =
        link.run(
            scripts.take(),
            ScriptOutputType.MULTI,
            KEYS,
            millis(now),
            millis(now.plus(lease)),
            Integer.toString(limit));
    return StoreFailures.explained(rows.thenApply(RedisHooks::hooks));
  }

  @Override
  public CompletionStage<Void> again(TaskId task, int tries, Instant due) {
    return change(
        link.run(
            scripts.again(),
            ScriptOutputType.INTEGER,
            KEYS,
            task.value(),
            Integer.toString(tries),
            millis(due)));
  }

  @Override
  public CompletionStage<Void> done(TaskId task) {
    return change(link.run(scripts.done(), ScriptOutputType.INTEGER, KEYS, task.value()));
  }

  /** The connection is the result store's. */
  @Override
  public void close() {}

  private static CompletionStage<Void> change(CompletionStage<Long> answer) {
    return StoreFailures.explained(answer.<Void>thenApply(count -> null));
  }

  /** Rows of four: id, tries, tenant, address. */
  private static List<Hook> hooks(List<byte[]> rows) {
    List<Hook> hooks = new ArrayList<>();
    for (int at = 0; at + 3 < rows.size(); at += 4) {
      int tries = Integer.parseInt(text(rows.get(at + 1)));
      String tenant = text(rows.get(at + 2));
      URI url = URI.create(text(rows.get(at + 3)));
      Optional<TaskId> id = TaskId.parse(text(rows.get(at)));
      id.ifPresent(task -> hooks.add(new Hook(task, tenant, url, tries)));
    }
    return hooks;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String millis(Instant at) {
    return Long.toString(at.toEpochMilli());
  }
}
