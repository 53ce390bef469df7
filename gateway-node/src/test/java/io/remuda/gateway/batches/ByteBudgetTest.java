package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

  private final List<String> begun = new ArrayList<>();
  private final ByteBudget budget = new ByteBudget(100, Runnable::run);

  private CompletableFuture<Void> work(String name, long bytes) {
    CompletableFuture<Void> ends = new CompletableFuture<>();
    var unused =
        budget.with(
            bytes,
            () -> {
              begun.add(name);
              return ends;
            });
    return ends;
  }

  @Test
  void workWaitsForItsBytesInTurn() {
    CompletableFuture<Void> first = work("first", 60);
    CompletableFuture<Void> second = work("second", 60);
    work("third, small", 1);
    assertThat(begun).containsExactly("first");

    first.complete(null);
    assertThat(begun).containsExactly("first", "second", "third, small");
    second.complete(null);
  }

  @Test
  void workThatIsLargerThanAllIsAlone() {
    CompletableFuture<Void> small = work("small", 1);
    CompletableFuture<Void> huge = work("huge", 1_000);
    work("last", 1);
    assertThat(begun).containsExactly("small");

    small.complete(null);
    assertThat(begun).containsExactly("small", "huge");
    huge.complete(null);
    assertThat(begun).containsExactly("small", "huge", "last");
  }

  @Test
  void workThatFailsGivesItsBytesBack() {
    var failed =
        budget.<Void>with(
            100,
            () -> {
              throw new IllegalStateException("no");
            });
    work("next", 100);

    assertThat(begun).containsExactly("next");
    assertThatThrownBy(() -> failed.toCompletableFuture().join()).hasMessageContaining("no");
  }
}
