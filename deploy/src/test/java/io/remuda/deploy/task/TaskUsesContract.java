package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.gateway.task.TaskUseStore.Part;
import io.remuda.node.task.Claims;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskUse;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.UntypedPayload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What tasks used, from their ends until a gateway has handed it in. */
@Tag("server")
abstract class TaskUsesContract {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final ByteString ANSWER =
      ByteString.copyFromUtf8("{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}");

  TaskStage stage;

  abstract Map<String, ?> places();

  @BeforeEach
  void open() {
    stage = TaskStage.open(places());
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private TaskUseStore uses() {
    return stage.uses();
  }

  Optional<Part> take(Duration lease, int most) {
    return get(uses().take(lease, most));
  }

  private TaskEnvelope chat() {
    return stage.task("").toBuilder()
        .setSchemaFingerprint("")
        .setAccount("acme")
        .setPayload(
            UntypedPayload.of("/v1/chat/completions", "{}".getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  private static List<TaskUse> of(Part part) {
    return part.uses().stream().map(TaskUseStore.Use::use).toList();
  }

  @Test
  void theEndOfATaskIsCountedOnceAlthoughItWasBegunTwice() {
    try (TaskStage.Machine machine = stage.machine()) {
      // given a task whose first worker was overtaken by a second
      TaskEnvelope task = chat();
      Claims claims = machine.claims();
      Claims.Claim first = get(claims.claim(task)).orElseThrow();
      Claims.Claim second = get(claims.claim(task)).orElseThrow();

      // when both have an answer, and the second says so twice
      assertThat(get(claims.done(first, ANSWER))).isFalse();
      assertThat(get(claims.done(second, ANSWER))).isTrue();
      assertThat(get(claims.done(second, ANSWER))).isFalse();
      assertThat(get(claims.failed(first, "late", "too late"))).isFalse();

      // then one attempt is counted, with what its engine told
      Part part = take(LONG, 400).orElseThrow();
      assertThat(of(part))
          .containsExactly(
              TaskUse.newBuilder()
                  .setOwner(stage.tenant())
                  .setAccount("acme")
                  .setModel("sentiment")
                  .setPromptTokens(7)
                  .setCompletionTokens(5)
                  .build());
      assertThat(part.uses().get(0).ended().toEpochMilli())
          .isBetween(task.getCreatedAtMillis() - 60_000, task.getCreatedAtMillis() + 120_000);
    }
  }

  @Test
  void aPartStaysAsItIsUntilSomebodyHasHandedItIn() {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 3);
      // given a gateway that took two and died
      Part taken = take(Duration.ZERO, 2).orElseThrow();
      assertThat(taken.uses()).hasSize(2);
      end(machine, 1);

      // then another one is given the same under the same name
      assertThat(take(Duration.ZERO, 400)).contains(taken);

      // and what has been handed in never comes again
      get(uses().done(taken));
      get(uses().done(taken));
      Part rest = take(Duration.ZERO, 400).orElseThrow();
      assertThat(rest.lane()).isEqualTo(taken.lane());
      assertThat(rest.number()).isGreaterThan(taken.number());
      assertThat(rest.uses()).hasSize(2);

      // also where a gateway says late that it handed in what was before
      get(uses().done(taken));
      assertThat(take(Duration.ZERO, 400)).contains(rest);
      get(uses().done(rest));
      assertThat(take(Duration.ZERO, 400)).isEmpty();
    }
  }

  @Test
  void nobodyElseIsGivenAPartWithinItsLease() {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 1);

      assertThat(take(LONG, 400)).isPresent();
      assertThat(take(LONG, 400)).isEmpty();
    }
  }

  /** The registry keeps a row for each lane. */
  @Test
  void aGatewayUsesOneLaneHoweverMuchItHandsIn() {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, 5);
      List<Part> parts = new ArrayList<>();
      for (Optional<Part> part = take(LONG, 1); part.isPresent(); part = take(LONG, 1)) {
        parts.add(part.get());
        get(uses().done(part.get()));
      }

      assertThat(parts).hasSize(5);
      assertThat(parts).extracting(Part::lane).containsOnly(parts.get(0).lane());
      assertThat(parts).extracting(Part::number).doesNotHaveDuplicates().isSorted();
    }
  }

  @Test
  void whoComesWhenEachLaneHasAPartWaitsForOneOfThem() {
    try (TaskStage.Machine machine = stage.machine()) {
      end(machine, TaskNames.MOST_LANES + 1);
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < TaskNames.MOST_LANES; i++) {
        parts.add(take(LONG, 1).orElseThrow());
      }
      assertThat(parts).extracting(Part::lane).doesNotHaveDuplicates();
      assertThat(take(LONG, 1)).isEmpty();

      get(uses().done(parts.get(3)));

      Part last = take(LONG, 1).orElseThrow();
      assertThat(last.lane()).isEqualTo(parts.get(3).lane());
      assertThat(last.uses()).hasSize(1);
    }
  }

  @Test
  void aTaskThatFailsIsCountedAsAnErrorAndOneThatGoesBackIsNot() {
    try (TaskStage.Machine machine = stage.machine()) {
      Claims.Claim back = get(machine.claims().claim(chat())).orElseThrow();
      assertThat(get(machine.claims().giveBack(back))).isTrue();
      Claims.Claim failing = get(machine.claims().claim(chat())).orElseThrow();
      assertThat(get(machine.claims().failed(failing, "refused", "it cannot"))).isTrue();

      assertThat(of(take(LONG, 400).orElseThrow()))
          .extracting(TaskUse::getFailed)
          .containsExactly(true);
      assertThat(take(LONG, 400)).isEmpty();
    }
  }

  final void end(TaskStage.Machine machine, int tasks) {
    List<Claims.Claim> begun = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      begun.add(get(machine.claims().claim(chat())).orElseThrow());
    }
    begun.forEach(claim -> assertThat(get(machine.claims().done(claim, ANSWER))).isTrue());
  }
}
