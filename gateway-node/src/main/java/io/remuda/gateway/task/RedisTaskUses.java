package io.remuda.gateway.task;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lettuce.core.ScriptOutputType;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UseScripts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What tasks used, in Redis: a list, and parts of it that gateways are handing in. */
final class RedisTaskUses implements TaskUseStore {

  private static final Logger LOG = LoggerFactory.getLogger(RedisTaskUses.class);

  private static final String[] KEYS = {TaskNames.USES, TaskNames.USE_PARTS};

  private final RedisLink link;
  private final UseScripts scripts = UseScripts.load();

  RedisTaskUses(RedisLink link) {
    this.link = link;
  }

  @Override
  public CompletionStage<Optional<Part>> take(Duration lease, int most) {
    CompletionStage<List<byte[]>> rows =
        link.run(
            scripts.take(),
            ScriptOutputType.MULTI,
            KEYS,
            UUID.randomUUID().toString(),
            Long.toString(lease.toMillis()),
            Integer.toString(most),
            Long.toString(TaskNames.USE_MILLIS));
    return StoreFailures.explained(rows.thenApply(RedisTaskUses::part));
  }

  @Override
  public CompletionStage<Void> done(String part) {
    CompletionStage<Long> removed = link.run(scripts.done(), ScriptOutputType.INTEGER, KEYS, part);
    return StoreFailures.explained(removed.<Void>thenApply(count -> null));
  }

  /** The connection is the result store's. */
  @Override
  public void close() {}

  /**
   * The part's id, then rows of when a task ended, a colon, and what it used. A row that is not so
   * is left out: it would keep all others from being counted.
   */
  private static Optional<Part> part(List<byte[]> rows) {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String part = new String(rows.get(0), StandardCharsets.UTF_8);
    List<Use> uses = new ArrayList<>();
    for (byte[] row : rows.subList(1, rows.size())) {
      use(ByteString.copyFrom(row)).ifPresent(uses::add);
    }
    int bad = rows.size() - 1 - uses.size();
    if (bad > 0) {
      LOG.warn("event=task-usage-unreadable part={} tasks={}", part, bad);
    }
    return Optional.of(new Part(part, uses));
  }

  private static Optional<Use> use(ByteString row) {
    int colon = 0;
    while (colon < row.size() && row.byteAt(colon) != ':') {
      colon++;
    }
    try {
      return colon == row.size()
          ? Optional.empty()
          : Optional.of(
              new Use(
                  TaskUse.parseFrom(row.substring(colon + 1)),
                  Instant.ofEpochMilli(
                      Long.parseLong(
                          row.substring(0, colon).toString(StandardCharsets.US_ASCII)))));
    } catch (InvalidProtocolBufferException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
