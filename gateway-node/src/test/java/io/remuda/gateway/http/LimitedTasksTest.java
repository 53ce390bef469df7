package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.HttpResponse;
import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.gateway.tasks.Accepted;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Submit;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.UntypedPayload;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tasks of keys that have limits, on their way into a queue. */
class LimitedTasksTest {

  private record Asked(Sender sender, Metering.Wish wish) {}

  private static final List<Map.Entry<String, String>> HEADERS =
      List.of(Map.entry("x-ratelimit-remaining-requests", "0"));

  private final ScriptedTasks tasks = new ScriptedTasks(ConfigFactory.load());
  private final List<Asked> asked = new ArrayList<>();
  private Optional<Refused> refusal = Optional.empty();

  /** What tasks hold of their limits. */
  private final AtomicInteger taken = new AtomicInteger();

  private final class Taking implements Metering.Ticket {
    private boolean back;

    @Override
    public void over(String model, boolean failed, Metering.Taken used) {
      throw new AssertionError("nobody here sees its end");
    }

    @Override
    public void giveBack() {
      if (!back) {
        back = true;
        taken.decrementAndGet();
      }
    }
  }

  private final Metering metering =
      new Metering() {
        @Override
        public Admission admit(Sender sender, Wish wish) {
          throw new AssertionError("it is no request");
        }

        @Override
        public Admission admitTask(Sender sender, Wish wish) {
          asked.add(new Asked(sender, wish));
          if (refusal.isPresent()) {
            return new Admission(refusal, Duration.ofMillis(20_300), HEADERS, Ticket.NONE);
          }
          taken.incrementAndGet();
          return new Admission(Optional.empty(), Duration.ZERO, HEADERS, new Taking());
        }
      };

  private final TaskDesk desk = gateway();

  /** One of them: nothing that it alone remembers outlives it. */
  private TaskDesk gateway() {
    return new TaskDesk(
        tasks::backends,
        DeskSettings.from(ConfigFactory.load()),
        InstantSource.system(),
        new SecureRandom(),
        metering);
  }

  private static ByteString chat(String path, String body) {
    return UntypedPayload.of(path, body.getBytes(StandardCharsets.UTF_8));
  }

  private CompletionStage<?> submit(String owner, String fingerprint, ByteString payload) {
    return submit(owner, fingerprint, payload, "");
  }

  private CompletionStage<Accepted> submit(
      String owner, String fingerprint, ByteString payload, String once) {
    return submit(desk, owner, fingerprint, payload, once);
  }

  private static CompletionStage<Accepted> submit(
      TaskDesk gateway, String owner, String fingerprint, ByteString payload, String once) {
    return gateway.submit(
        new Submit(
            owner,
            "acme",
            new ModelName("chat"),
            fingerprint,
            payload,
            once,
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
  void aRefusalSaysWhenToComeAgainAndWhatIsLeft() {
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));

    HttpResponse answer =
        TaskRoutes.told(submit("k1", "", chat("/v1/chat/completions", "{}")))
            .handle((done, failure) -> Errors.response(failure, "req-1"))
            .toCompletableFuture()
            .join();

    assertThat(answer.status().intValue()).isEqualTo(429);
    assertThat(answer.getHeader("retry-after").orElseThrow().value()).isEqualTo("21");
    assertThat(answer.getHeader("retry-after-ms").orElseThrow().value()).isEqualTo("20300");
    assertThat(answer.getHeader("x-ratelimit-remaining-requests").orElseThrow().value())
        .isEqualTo("0");
  }

  /** Its first answer may have been lost. */
  @Test
  void aSecondTryUnderItsKeyFindsTheFirstTaskWhateverIsLeftOfTheLimits() {
    Accepted first = once("{}").toCompletableFuture().join();
    Accepted again = once("{}").toCompletableFuture().join();
    assertThat(taken.get()).as("the second took nothing").isEqualTo(1);

    refusal = Optional.of(Refused.of(ErrorCode.INSUFFICIENT_QUOTA, "used up"));
    Accepted third = once("{}").toCompletableFuture().join();

    assertThat(List.of(again, third))
        .allSatisfy(
            each -> {
              assertThat(each.repeated()).isTrue();
              assertThat(each.record().getTaskId()).isEqualTo(first.record().getTaskId());
            });
    assertThat(tasks.published).hasSize(1);
    assertThat(code(once("{\"other\":1}"))).contains(ErrorCode.IDEMPOTENCY_CONFLICT);
    refusal = Optional.empty();
    assertThat(code(once("{\"other\":1}"))).contains(ErrorCode.IDEMPOTENCY_CONFLICT);
    assertThat(taken.get()).isEqualTo(1);
  }

  @Test
  void aFirstTryUnderAKeyThatIsRefusedLeavesNothing() {
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));
    assertThat(code(once("{}"))).contains(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(tasks.records).isEmpty();

    refusal = Optional.empty();
    assertThat(once("{}").toCompletableFuture().join().repeated()).isFalse();
  }

  private CompletionStage<Accepted> once(String body) {
    return submit("k1", "", chat("/v1/chat/completions", body), "once");
  }

  @Test
  void aTaskThatComesIntoNoQueueTakesNothing() {
    TaskEnvelope line = line();
    tasks.publishing(Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, "the broker is away")));
    for (int pass = 0; pass < 3; pass++) {
      assertThat(code(desk.ensure(line))).contains(ErrorCode.STORE_UNAVAILABLE);
      assertThat(code(once("{}"))).contains(ErrorCode.STORE_UNAVAILABLE);
      assertThat(taken.get()).isZero();
    }
    tasks.storeAway(true);
    assertThat(code(submit("k1", "", chat("/v1/chat/completions", "{}"))))
        .contains(ErrorCode.STORE_UNAVAILABLE);
    assertThat(taken.get()).isZero();

    tasks.storeAway(false);
    tasks.publishing(Optional.empty());
    assertThat(code(desk.ensure(line))).isEmpty();
    assertThat(code(once("{}"))).isEmpty();
    assertThat(taken.get()).isEqualTo(2);
  }

  /** Its confirm comes late, or never: the task may run. */
  @Test
  void aTaskThatMayBeInItsQueueKeepsItsPart() {
    tasks.unsure(true);

    assertThat(code(submit("k1", "", chat("/v1/chat/completions", "{}"))))
        .contains(ErrorCode.STORE_UNAVAILABLE);
    assertThat(code(once("{}"))).contains(ErrorCode.STORE_UNAVAILABLE);
    assertThat(code(desk.ensure(line()))).contains(ErrorCode.STORE_UNAVAILABLE);

    assertThat(tasks.published).hasSize(3);
    assertThat(taken.get()).isEqualTo(3);
  }

  @Test
  void aTaskThatMayBeInItsQueueIsPublishedAgainAndTakesNothingMore() {
    TaskEnvelope line = line();
    tasks.unsure(true);
    for (int pass = 0; pass < 3; pass++) {
      assertThat(code(desk.ensure(line))).contains(ErrorCode.STORE_UNAVAILABLE);
      assertThat(code(once("{}"))).contains(ErrorCode.STORE_UNAVAILABLE);
      assertThat(taken.get()).isEqualTo(2);
    }

    // also where nothing is left for anybody else
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));
    tasks.unsure(false);
    assertThat(code(desk.ensure(line))).isEmpty();
    assertThat(once("{}").toCompletableFuture().join().repeated()).isTrue();

    assertThat(taken.get()).isEqualTo(2);
    assertThat(tasks.published.stream().map(TaskEnvelope::getTaskId).distinct()).hasSize(2);
  }

  @Test
  void aQueueThatRefusesASecondTryGivesNothingBackOfTheFirst() {
    TaskEnvelope line = line();
    tasks.unsure(true);
    assertThat(code(desk.ensure(line))).contains(ErrorCode.STORE_UNAVAILABLE);

    tasks.unsure(false);
    tasks.publishing(Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, "the broker is away")));
    for (int pass = 0; pass < 3; pass++) {
      assertThat(code(desk.ensure(line))).contains(ErrorCode.STORE_UNAVAILABLE);
    }

    assertThat(taken.get()).isEqualTo(1);
  }

  /** What it would have given back stays taken, and the next one takes a part of its own. */
  @Test
  void aGatewayThatDiesWhileItsQueueIsSilentGivesNothingBack() {
    tasks.holding(new CompletableFuture<>());
    CompletionStage<Accepted> neverTold = once("{}");
    assertThat(neverTold.toCompletableFuture()).isNotDone();
    assertThat(taken.get()).isEqualTo(1);

    // when another gateway is asked
    tasks.holding(CompletableFuture.completedFuture(null));
    TaskDesk next = gateway();
    ByteString payload = chat("/v1/chat/completions", "{}");
    Accepted again = submit(next, "k1", "", payload, "once").toCompletableFuture().join();
    assertThat(again.repeated()).isTrue();
    assertThat(taken.get()).isEqualTo(2);

    // then a task that is noted as queued takes nothing of any
    assertThat(code(submit(gateway(), "k1", "", payload, "once"))).isEmpty();
    assertThat(taken.get()).isEqualTo(2);
    assertThat(tasks.published.stream().map(TaskEnvelope::getTaskId).distinct()).hasSize(1);
  }

  @Test
  void whoRepeatsWhatIsRefusedAsksTheStoreAFewTimesAtOnceAndNoMore() {
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));
    CompletableFuture<Void> answers = new CompletableFuture<>();
    tasks.looking(answers);
    int most = desk.settings().lookupsOfOwner();
    List<CompletionStage<?>> waiting = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      waiting.add(once("{}"));
    }

    CompletionStage<Accepted> further = once("{}");

    assertThat(further.toCompletableFuture()).isDone();
    HttpResponse answer =
        TaskRoutes.told(further)
            .handle((done, failure) -> Errors.response(failure, "req-1"))
            .toCompletableFuture()
            .join();
    assertThat(answer.status().intValue()).isEqualTo(503);
    assertThat(answer.getHeader("retry-after").orElseThrow().value()).isEqualTo("1");
    assertThat(tasks.looks()).isEqualTo(most);

    // when the store has answered, the others have theirs, and there is room again
    answers.complete(null);
    assertThat(waiting)
        .allSatisfy(each -> assertThat(code(each)).contains(ErrorCode.RATE_LIMIT_EXCEEDED));
    assertThat(code(once("{}"))).contains(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(tasks.looks()).isEqualTo(most + 1);
  }

  /** It runs although nobody was told that it was accepted. */
  @Test
  void aTaskThatIsInItsQueueKeepsItsPartAlthoughItsWebhookIsNotWrittenDown() {
    tasks.hooksAway(true);

    assertThat(code(hooked())).contains(ErrorCode.STORE_UNAVAILABLE);
    assertThat(tasks.published).hasSize(1);
    assertThat(taken.get()).isEqualTo(1);

    // Its second try finds it not noted, and takes no part beside that.
    tasks.hooksAway(false);
    refusal = Optional.of(Refused.of(ErrorCode.RATE_LIMIT_EXCEEDED, "too many"));
    assertThat(hooked().toCompletableFuture().join().repeated()).isTrue();
    assertThat(taken.get()).isEqualTo(1);
  }

  private CompletionStage<Accepted> hooked() {
    return desk.submit(
        new Submit(
            "k1",
            "acme",
            new ModelName("chat"),
            "",
            chat("/v1/chat/completions", "{}"),
            "hooked",
            Duration.ofMinutes(5),
            Duration.ofHours(1),
            Optional.of(URI.create("https://example.com/hook")),
            "req-1"));
  }

  private static TaskEnvelope line() {
    Instant deadline = Instant.now().plusSeconds(300);
    return TaskEnvelope.newBuilder()
        .setTaskId(TaskId.mint(deadline, new SecureRandom()).value())
        .setModel("chat")
        .setTenant("k1")
        .setDeadlineMillis(deadline.toEpochMilli())
        .build();
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
    TaskEnvelope task = line();
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
