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

/** What tasks used, in Redis: a list, and lanes in which parts of it are being handed in. */
final class RedisTaskUses implements TaskUseStore {

  private static final Logger LOG = LoggerFactory.getLogger(RedisTaskUses.class);

  private static final String[] KEYS = {
    TaskNames.USES, TaskNames.USE_PARTS, TaskNames.USE_LANES, TaskNames.USE_NUMBERS
  };

  /** Before a part's uses: its lane and its number. */
  private static final int HEAD = 2;

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
            Long.toString(TaskNames.USE_MILLIS),
            Integer.toString(TaskNames.MOST_LANES));
    return StoreFailures.explained(rows.thenApply(RedisTaskUses::part));
  }

  @Override
  public CompletionStage<Void> done(Part part) {
    CompletionStage<Long> removed =
        link.run(
            scripts.done(),
            ScriptOutputType.INTEGER,
            KEYS,
            part.lane(),
            Long.toString(part.number()));
    return StoreFailures.explained(removed.<Void>thenApply(count -> null));
  }

  /** The connection is the result store's. */
  @Override
  public void close() {}

  /**
   * The part's lane and number, then rows of when a task ended, a colon, and what it used. A row
   * that is not so is left out: it would keep all others from being counted.
   */
  private static Optional<Part> part(List<byte[]> rows) {
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String lane = new String(rows.get(0), StandardCharsets.UTF_8);
    long number = Long.parseLong(new String(rows.get(1), StandardCharsets.UTF_8));
    List<Use> uses = new ArrayList<>();
    for (byte[] row : rows.subList(HEAD, rows.size())) {
      use(ByteString.copyFrom(row)).ifPresent(uses::add);
    }
    int bad = rows.size() - HEAD - uses.size();
    if (bad > 0) {
      LOG.warn("event=task-usage-unreadable lane={} number={} tasks={}", lane, number, bad);
    }
    return Optional.of(new Part(lane, number, uses));
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
