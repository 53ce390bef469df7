package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.task.TaskUseStore;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.proto.task.TaskUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Tasks' use on its way into the registry, with deaths and losses between. */
class TaskUsageTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final long HOUR = NOW.getEpochSecond() / 3_600;

  /** Parts as a store keeps them whose leases are over at once. */
  private static final class Parts implements TaskUseStore {
    private final Deque<Part> waiting = new ArrayDeque<>();
    private final List<Long> done = new ArrayList<>();
    private boolean away;

    @Override
    public CompletionStage<Optional<Part>> take(Duration lease, int most) {
      return CompletableFuture.completedStage(Optional.ofNullable(waiting.peek()));
    }

    @Override
    public CompletionStage<Void> done(Part part) {
      if (away) {
        return CompletableFuture.failedStage(new IllegalStateException("the store is away"));
      }
      waiting.removeIf(each -> each.number() == part.number());
      done.add(part.number());
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() {}
  }

  private final Parts parts = new Parts();
  private final FakeRegistry registry = new FakeRegistry();

  private TaskUsage gateway() {
    return new TaskUsage(
        () -> Optional.of(parts),
        registry,
        () -> AccessTable.EMPTY,
        Duration.ofSeconds(60),
        Duration.ofSeconds(5));
  }

  private static TaskUseStore.Use use(String owner, String account, Instant ended) {
    return new TaskUseStore.Use(
        TaskUse.newBuilder()
            .setOwner(owner)
            .setAccount(account)
            .setModel("chat")
            .setPromptTokens(3)
            .setCompletionTokens(4)
            .setCachedTokens(1)
            .build(),
        ended);
  }

  private static TaskUseStore.Part part(long number, List<TaskUseStore.Use> uses) {
    return new TaskUseStore.Part("lane", number, uses);
  }

  private static boolean succeeds(CompletionStage<Boolean> round) {
    return round.handle((more, failure) -> failure == null).toCompletableFuture().join();
  }

  @Test
  void aPartIsHandedInAsSumsByHourKeyTenantAndModel() {
    TaskUseStore.Use failed =
        new TaskUseStore.Use(
            TaskUse.newBuilder().setOwner("k2").setModel("m").setFailed(true).build(), NOW);
    parts.waiting.add(
        part(
            7,
            List.of(
                use("k1", "acme", NOW),
                use("k1", "acme", NOW.plusSeconds(60)),
                use("k1", "acme", NOW.plusSeconds(3_600)),
                use("public", "", NOW),
                failed)));

    assertThat(gateway().handIn().toCompletableFuture().join()).isTrue();

    assertThat(registry.parts()).extracting(HandIn::gateway).containsExactly("tasks.lane");
    assertThat(registry.parts()).extracting(HandIn::number).containsExactly(7L);
    assertThat(registry.parts().get(0).lines())
        .containsExactly(
            new Line(HOUR, "k1", "acme", "chat", new Count(2, 0, 0, 6, 8, 2)),
            new Line(HOUR + 1, "k1", "acme", "chat", new Count(1, 0, 0, 3, 4, 1)),
            new Line(HOUR, "", "", "chat", new Count(1, 0, 0, 3, 4, 1)),
            new Line(HOUR, "k2", "", "m", new Count(1, 1, 0, 0, 0, 0)));
    assertThat(parts.done).containsExactly(7L);
    assertThat(gateway().handIn().toCompletableFuture().join()).isFalse();
  }

  @Test
  void aPartOfWhichNothingCouldBeReadIsForgotten() {
    parts.waiting.add(part(7, List.of()));

    assertThat(succeeds(gateway().handIn())).isTrue();

    assertThat(registry.parts()).isEmpty();
    assertThat(parts.done).containsExactly(7L);
  }

  @Test
  void tokensBelowZeroAreNone() {
    TaskUse odd =
        use("k1", "acme", NOW).use().toBuilder()
            .setPromptTokens(-5)
            .setCompletionTokens(-6)
            .setCachedTokens(Integer.MIN_VALUE)
            .build();
    parts.waiting.add(part(7, List.of(new TaskUseStore.Use(odd, NOW), use("k1", "acme", NOW))));

    assertThat(succeeds(gateway().handIn())).isTrue();

    assertThat(registry.of("k1", "chat")).isEqualTo(new Count(2, 0, 0, 3, 4, 1));
  }

  @Test
  void aPartWhoseAnswerIsLostIsHandedInByAnotherGatewayAndCountedOnce() {
    parts.waiting.add(part(7, List.of(use("k1", "acme", NOW))));
    registry.losesAnswers(true);
    assertThat(succeeds(gateway().handIn())).isFalse();
    assertThat(parts.done).isEmpty();

    registry.losesAnswers(false);
    assertThat(succeeds(gateway().handIn())).isTrue();

    assertThat(registry.parts()).hasSize(2);
    assertThat(registry.of("k1", "chat").requests()).isEqualTo(1);
    assertThat(parts.done).containsExactly(7L);
  }

  @Test
  void aPartThatTheStoreCouldNotForgetIsCountedOnce() {
    parts.waiting.add(part(7, List.of(use("k1", "acme", NOW))));
    parts.away = true;
    assertThat(succeeds(gateway().handIn())).isFalse();
    parts.away = false;

    assertThat(succeeds(gateway().handIn())).isTrue();

    assertThat(registry.of("k1", "chat").requests()).isEqualTo(1);
    assertThat(parts.waiting).isEmpty();
  }

  /** It slept while another gateway handed its part in, and the next one of the lane. */
  @Test
  void aGatewayThatHandsItsPartInBehindTheNextOneAddsNothing() {
    TaskUseStore.Part slept = part(7, List.of(use("k1", "acme", NOW)));
    for (TaskUseStore.Part each : List.of(slept, part(8, slept.uses()), slept)) {
      parts.waiting.add(each);
      assertThat(succeeds(gateway().handIn())).isTrue();
    }

    assertThat(registry.of("k1", "chat").requests()).isEqualTo(2);
    assertThat(registry.parts()).extracting(HandIn::gateway).containsOnly("tasks.lane");
  }

  @Test
  void aPartWaitsWhileNoRegistryTakesItIn() {
    parts.waiting.add(part(7, List.of(use("k1", "acme", NOW))));
    registry.away(true);

    assertThat(succeeds(gateway().handIn())).isFalse();

    assertThat(parts.waiting).hasSize(1);
  }

  @Test
  void withoutAStoreThereIsNothingToDo() {
    TaskUsage none =
        new TaskUsage(
            Optional::empty,
            registry,
            () -> AccessTable.EMPTY,
            Duration.ofSeconds(60),
            Duration.ofSeconds(5));

    assertThat(none.handIn().toCompletableFuture().join()).isFalse();
  }
}
