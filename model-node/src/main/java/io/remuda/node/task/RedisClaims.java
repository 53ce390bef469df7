package io.remuda.node.task;

import com.google.protobuf.ByteString;
import io.lettuce.core.ScriptOutputType;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskScripts;
import io.remuda.protocol.task.TaskSettings;
import io.remuda.protocol.task.TaskTimes;
import io.remuda.protocol.task.TaskUses;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Claims and results in Redis, compared and set by the scripts that the gateway shares. */
final class RedisClaims implements Claims {

  private final RedisLink link;
  private final TaskTimes times;
  private final TaskScripts scripts = TaskScripts.load();

  RedisClaims(RedisLink link, TaskSettings settings) {
    this.link = link;
    this.times = settings.times();
  }

  @Override
  public CompletionStage<Seen> look(TaskEnvelope task) {
    String record = record(task);
    return link.ask(commands -> commands.hmget(record, "state", "finishedAt", "attempt", "nonce"))
        .thenApply(
            fields ->
                fields.get(0).hasValue()
                    ? new Seen(
                        true,
                        fields.get(1).hasValue(),
                        fields
                            .get(2)
                            .map(RedisClaims::text)
                            .map(Integer::valueOf)
                            .getValueOrElse(0),
                        fields.get(3).map(RedisClaims::text).getValueOrElse(""))
                    : Seen.NOTHING);
  }

  @Override
  public CompletionStage<Optional<Claim>> claim(TaskEnvelope task, String nonce) {
    CompletionStage<Long> claimed =
        link.run(
            scripts.claim(),
            ScriptOutputType.INTEGER,
            new String[] {record(task), TaskNames.DEADLINES, TaskNames.tenantKey(task.getTenant())},
            task.getTaskId(),
            nonce,
            task.getModel(),
            task.getSchemaFingerprint(),
            task.getTenant(),
            Long.toString(task.getCreatedAtMillis()),
            Long.toString(task.getDeadlineMillis()),
            Long.toString(TaskNames.OPEN_MILLIS),
            Long.toString(times.resultLives(task)),
            Long.toString(times.slackMillis()),
            Integer.toString(task.getRevivals()));
    return claimed.thenApply(
        attempt ->
            attempt == 0
                ? Optional.empty()
                : Optional.of(new Claim(task, attempt.intValue(), nonce)));
  }

  @Override
  public CompletionStage<Boolean> done(Claim claim, ByteString result) {
    TaskUse use = TaskUses.done(claim.task(), result);
    return finish(claim, TaskState.DONE, result.toByteArray(), "", "", use);
  }

  @Override
  public CompletionStage<Boolean> failed(Claim claim, String code, String message) {
    TaskUse use = TaskUses.failed(claim.task());
    return finish(claim, TaskState.FAILED, new byte[0], code, message, use);
  }

  @Override
  public CompletionStage<Boolean> giveBack(Claim claim) {
    CompletionStage<Long> given =
        link.run(
            scripts.giveBack(),
            ScriptOutputType.INTEGER,
            new String[] {record(claim.task())},
            Integer.toString(claim.attempt()),
            claim.nonce());
    return given.thenApply(counts -> counts == 1);
  }

  @Override
  public CompletionStage<Boolean> progress(Claim claim, int percent) {
    CompletionStage<Long> noted =
        link.run(
            scripts.progress(),
            ScriptOutputType.INTEGER,
            new String[] {record(claim.task())},
            Integer.toString(claim.attempt()),
            claim.nonce(),
            Integer.toString(Math.max(0, Math.min(100, percent))));
    return noted.thenApply(counts -> counts == 1);
  }

  @Override
  public Optional<String> health() {
    return link.health();
  }

  @Override
  public void close() {
    link.close();
  }

  private CompletionStage<Boolean> finish(
      Claim claim, TaskState state, byte[] result, String code, String message, TaskUse use) {
    TaskEnvelope task = claim.task();
    byte[][] arguments = {
      text(task.getTaskId()),
      text(Integer.toString(claim.attempt())),
      text(claim.nonce()),
      text(state.name()),
      result,
      text(code),
      text(message),
      text(Long.toString(times.resultLives(task))),
      text(task.getModel()),
      text(task.getSchemaFingerprint()),
      text(task.getTenant()),
      text(Long.toString(task.getCreatedAtMillis())),
      text(Long.toString(task.getDeadlineMillis())),
      text(Long.toString(times.slackMillis())),
      text(Integer.toString(task.getRevivals())),
      use.toByteArray(),
      text(Long.toString(TaskNames.USE_MILLIS))
    };
    CompletionStage<Long> stored =
        link.run(
            scripts.finish(),
            ScriptOutputType.INTEGER,
            new String[] {
              record(task),
              TaskNames.DEADLINES,
              TaskNames.tenantKey(task.getTenant()),
              TaskNames.USES
            },
            arguments);
    return stored.thenApply(counts -> counts == 1);
  }

  private static String record(TaskEnvelope task) {
    return TaskNames.recordKey(new TaskId(task.getTaskId()));
  }

  private static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
