package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.task.ResultStore.Submission;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class FirstLookupsTest {

  private final FirstLookups lookups = new FirstLookups(3, 2);
  private final List<CompletableFuture<Optional<Submission>>> asked = new ArrayList<>();

  private CompletionStage<Optional<Submission>> look(String owner) {
    return lookups.first(
        TaskEnvelope.newBuilder().setTenant(owner).build(),
        task -> {
          CompletableFuture<Optional<Submission>> answer = new CompletableFuture<>();
          asked.add(answer);
          return answer;
        });
  }

  private void asks(String owner) {
    assertThat(look(owner).toCompletableFuture()).isNotDone();
  }

  private boolean isRefused(String owner) {
    CompletableFuture<Optional<Submission>> answer = look(owner).toCompletableFuture();
    return answer.isCompletedExceptionally()
        && answer
            .<ErrorCode>handle((found, failure) -> TaskRefusal.of(failure).code())
            .join()
            .equals(ErrorCode.OVERLOADED);
  }

  @Test
  void oneOwnerKeepsNobodyElseFromTheStore() {
    asks("a");
    asks("a");

    assertThat(isRefused("a")).isTrue();
    assertThat(isRefused("b")).isFalse();
    assertThat(asked).hasSize(3);
  }

  @Test
  void allOwnersTogetherHaveALimitToo() {
    asks("a");
    asks("b");
    asks("c");

    assertThat(isRefused("d")).isTrue();
    assertThat(asked).hasSize(3);
  }

  @Test
  void thereIsRoomAgainHoweverALookupEnds() {
    asks("a");
    asks("a");
    asked.get(0).complete(Optional.empty());
    asked.get(1).completeExceptionally(new IllegalStateException("the store is away"));
    CompletionStage<Optional<Submission>> thrown =
        lookups.first(
            TaskEnvelope.newBuilder().setTenant("a").build(),
            task -> {
              throw new IllegalStateException("it is closed");
            });

    assertThat(thrown.toCompletableFuture()).isCompletedExceptionally();
    assertThat(isRefused("a")).isFalse();
    assertThat(isRefused("a")).isFalse();
    assertThat(isRefused("a")).isTrue();
  }
}
