package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Submit;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.UntypedPayload;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Tasks of keys that have limits, on their way into a queue. */
class LimitedTasksTest {

  private record Asked(Sender sender, Metering.Wish wish) {}

  private final ScriptedTasks tasks = new ScriptedTasks(ConfigFactory.load());
  private final List<Asked> asked = new ArrayList<>();
  private Optional<Refused> refusal = Optional.empty();

  private final Metering metering =
      new Metering() {
        @Override
        public Admission admit(Sender sender, Wish wish) {
          throw new AssertionError("it is no request");
        }

        @Override
        public Admission admitTask(Sender sender, Wish wish) {
          asked.add(new Asked(sender, wish));
          return new Admission(refusal, Duration.ZERO, List.of(), Ticket.NONE);
        }
      };

  private final TaskDesk desk =
      new TaskDesk(
          tasks::backends,
          DeskSettings.from(ConfigFactory.load()),
          InstantSource.system(),
          new SecureRandom(),
          metering);

  private static ByteString chat(String path, String body) {
    return UntypedPayload.of(path, body.getBytes(StandardCharsets.UTF_8));
  }

  private CompletionStage<?> submit(String owner, String fingerprint, ByteString payload) {
    return desk.submit(
        new Submit(
            owner,
            "acme",
            new ModelName("chat"),
            fingerprint,
            payload,
            "",
            Duration.ofMinutes(5),
            Duration.ofHours(1),
            Optional.empty(),
            "req-1"));
  }

  private static Optional<ErrorCode> code(CompletionStage<?> stage) {
    return stage
        .handle((done, failure) -> Optional.ofNullable(failure).map(TaskRefusal::of))
        .toCompletableFuture()
        .join()
        .map(Refused::code);
  }

  @Test
  void aTaskBeyondALimitIsInNoStoreAndNoQueue() {
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));

    assertThat(code(submit("k1", "", chat("/v1/chat/completions", "{}"))))
        .contains(ErrorCode.RATE_LIMIT_EXCEEDED);

    assertThat(tasks.records).isEmpty();
    assertThat(tasks.published).isEmpty();
  }

  @Test
  void aTaskAsksForWhatItMayUseInTheNameOfItsKeyAndTenant() {
    String body = "{\"max_tokens\":77,\"messages\":[{\"max_tokens\":5}]}";
    assertThat(code(submit("k1", "", chat("/v1/chat/completions", body)))).isEmpty();
    assertThat(code(submit("public", "", chat("/v1/completions", "{}")))).isEmpty();
    assertThat(code(submit("k1", "", chat("/v1/embeddings", "{}")))).isEmpty();
    assertThat(code(submit("k1", "f".repeat(64), chat("/x", body)))).isEmpty();

    assertThat(asked)
        .extracting(each -> each.sender().key() + " " + each.sender().tenant().orElse(""))
        .containsExactly("k1 acme", " acme", "k1 acme", "k1 acme");
    assertThat(asked)
        .extracting(Asked::wish)
        .containsExactly(
            new Metering.Wish(true, body.length(), 77),
            new Metering.Wish(true, 2, -1),
            new Metering.Wish(true, 2, 0),
            new Metering.Wish(false, body.length() + 3, 0));
    assertThat(tasks.published).extracting(TaskEnvelope::getAccount).containsOnly("acme");
  }

  /** A gateway that takes over a batch says all its lines again. */
  @Test
  void aTaskThatIsInItsQueueAlreadyTakesNothingMore() {
    TaskEnvelope task =
        TaskEnvelope.newBuilder()
            .setTaskId(TaskId.mint(Instant.now().plusSeconds(300), new SecureRandom()).value())
            .setModel("chat")
            .setTenant("k1")
            .setDeadlineMillis(Instant.now().plusSeconds(300).toEpochMilli())
            .build();
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));
    assertThat(code(desk.ensure(task))).contains(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(tasks.published).isEmpty();

    refusal = Optional.empty();
    assertThat(code(desk.ensure(task))).isEmpty();
    refusal = Optional.of(Refused.of(ErrorCode.INSUFFICIENT_QUOTA, "used up"));
    assertThat(code(desk.ensure(task))).isEmpty();

    assertThat(tasks.published).hasSize(1);
    assertThat(asked).hasSize(2);
  }
}
