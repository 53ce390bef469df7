package io.remuda.gateway.usage;

import akka.actor.typed.ActorRef;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.proto.task.TaskUse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Hands in what durable tasks used, lines of batches among them. A part of it is the store's, with
 * a lane and a number that stay the same whichever gateway hands it in and however often; the
 * registry adds each number of a lane once, and only then the store forgets it. So a task that has
 * ended is counted once, whoever dies, and the registry keeps a row for each lane, not for each
 * part.
 */
public final class TaskUsage {

  /** Whom tasks belong to where there are no keys. */
  private static final String NOBODYS = "public";

  private static final String NAME = "tasks.";
  private static final long SECONDS_OF_AN_HOUR = 3_600;

  private final Supplier<Optional<TaskUseStore>> store;
  private final UsageVoice.Registry registry;
  private final Supplier<AccessTable> access;
  private final Duration lease;
  private final Duration patience;

  /**
   * @param access tells the tenant of a key whose worker did not
   * @param lease for which no other gateway hands in the same part
   * @param patience for the registry's word that it has it
   */
  public TaskUsage(
      Supplier<Optional<TaskUseStore>> store,
      UsageVoice.Registry registry,
      Supplier<AccessTable> access,
      Duration lease,
      Duration patience) {
    this.store = store;
    this.registry = registry;
    this.access = access;
    this.lease = lease;
    this.patience = patience;
  }

  /** Hands in one part; completes with whether there is probably more. */
  public CompletionStage<Boolean> handIn() {
    Optional<TaskUseStore> kept = store.get();
    return kept.isEmpty()
        ? CompletableFuture.completedStage(false)
        : kept.get()
            .take(lease, UsageProtocol.MOST_LINES)
            .thenCompose(
                part ->
                    part.isPresent()
                        ? handIn(kept.get(), part.get())
                        : CompletableFuture.completedStage(false));
  }

  private CompletionStage<Boolean> handIn(TaskUseStore kept, TaskUseStore.Part part) {
    List<Line> lines = lines(part.uses());
    if (lines.isEmpty()) {
      // Nothing of it could be read.
      return kept.done(part).thenApply(done -> true);
    }
    return told(replyTo -> new HandIn(NAME + part.lane(), part.number(), lines, List.of(), replyTo))
        .toCompletableFuture()
        .copy()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenCompose(
            answer ->
                answer.refused().isPresent()
                    ? CompletableFuture.failedStage(
                        new IllegalStateException(answer.refused().get().message()))
                    : kept.done(part).thenApply(done -> true));
  }

  private CompletionStage<HandedIn> told(Function<ActorRef<HandedIn>, HandIn> part) {
    try {
      return registry.handIn(part);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private record Key(long hour, String key, String tenant, String model) {}

  private List<Line> lines(List<TaskUseStore.Use> uses) {
    Map<Key, Count> sums = new LinkedHashMap<>();
    for (TaskUseStore.Use each : uses) {
      TaskUse use = each.use();
      String owner = use.getOwner().equals(NOBODYS) ? "" : use.getOwner();
      sums.merge(
          new Key(
              Math.floorDiv(each.ended().getEpochSecond(), SECONDS_OF_AN_HOUR),
              owner,
              use.getAccount().isEmpty() ? tenant(owner) : use.getAccount(),
              use.getModel()),
          count(use),
          Count::plus);
    }
    return sums.entrySet().stream()
        .map(
            sum ->
                new Line(
                    sum.getKey().hour(),
                    sum.getKey().key(),
                    sum.getKey().tenant(),
                    sum.getKey().model(),
                    sum.getValue()))
        .toList();
  }

  /** A worker may be anybody's: what it says less than nothing of is nothing. */
  private static Count count(TaskUse use) {
    return new Count(
        1,
        use.getFailed() ? 1 : 0,
        use.getEstimated() ? 1 : 0,
        Math.max(0, use.getPromptTokens()),
        Math.max(0, use.getCompletionTokens()),
        Math.max(0, use.getCachedTokens()));
  }

  private String tenant(String owner) {
    return KeyId.parse(owner).flatMap(access.get()::get).flatMap(ApiKey::tenant).orElse("");
  }
}
