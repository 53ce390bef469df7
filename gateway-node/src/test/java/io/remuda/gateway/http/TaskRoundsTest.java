package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.tasks.Submit;
import io.remuda.gateway.tasks.TaskRounds;
import io.remuda.gateway.tasks.WebhookSettings;
import io.remuda.gateway.tasks.WebhookSignature;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway does for tasks unasked, with a receiver of webhooks on a real port. */
class TaskRoundsTest {

  private static final String SECRET = "0123456789abcdef01234567";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** A delivery as it came. */
  private record Delivery(Map<String, String> headers, byte[] body) {
    JsonNode json() {
      return Json.read(body);
    }
  }

  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
  private final Deque<Integer> answers = new ArrayDeque<>();
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
  private HttpServer receiver;

  @BeforeEach
  void listen() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          Map<String, String> headers = new java.util.HashMap<>();
          exchange
              .getRequestHeaders()
              .forEach(
                  (name, values) ->
                      headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
          deliveries.add(new Delivery(headers, exchange.getRequestBody().readAllBytes()));
          Integer status = answers.isEmpty() ? Integer.valueOf(200) : answers.pop();
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
    timers.shutdownNow();
  }

  @Test
  void tellsTheEndOfATaskOnceAndSigned() throws Exception {
    ScriptedTasks tasks = new ScriptedTasks(config("private-hosts = [\"127.0.0.1\"]"));
    try (TaskRounds rounds = start(tasks, "private-hosts = [\"127.0.0.1\"]")) {
      TaskId id = submit(tasks, Duration.ofMinutes(5), true);
      tasks.runs(id);

      tasks.ends(id, TaskState.DONE, "there");

      Eventually.isTrue("the webhook is done with", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(deliveries).hasSize(1);
      Delivery told = deliveries.get(0);
      assertThat(told.json().path("type").asText()).isEqualTo("task.done");
      assertThat(told.json().at("/data/id").asText()).isEqualTo(id.value());
      assertThat(told.json().at("/data/result/text").asText()).isEqualTo("there");
      String hookId = told.headers().getOrDefault("webhook-id", "");
      Instant at =
          Instant.ofEpochSecond(
              Long.parseLong(told.headers().getOrDefault("webhook-timestamp", "0")));
      assertThat(hookId).contains(id.value());
      assertThat(told.headers().get("webhook-signature"))
          .isEqualTo(new WebhookSignature(SECRET).of(hookId, at, told.body()));
    }
  }

  @Test
  void triesAgainUntilTheReceiverTakesIt() throws Exception {
    answers.addAll(List.of(500, 302, 503));
    String more = "private-hosts = [\"127.0.0.1\"]";
    ScriptedTasks tasks = new ScriptedTasks(config(more));
    try (TaskRounds rounds = start(tasks, more)) {
      TaskId id = submit(tasks, Duration.ofMinutes(5), true);
      tasks.ends(id, TaskState.FAILED, "it broke");

      Eventually.isTrue("the webhook is done with", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(deliveries).hasSize(4);
      assertThat(deliveries.get(3).json().path("type").asText()).isEqualTo("task.failed");
    }
  }

  @Test
  void dropsAWebhookAfterItsTriesOrWhenItsReceiverIsGone() throws Exception {
    answers.addAll(List.of(500, 500, 500, 500, 500, 410));
    String more = "private-hosts = [\"127.0.0.1\"]";
    ScriptedTasks tasks = new ScriptedTasks(config(more));
    try (TaskRounds rounds = start(tasks, more)) {
      TaskId stubborn = submit(tasks, Duration.ofMinutes(5), true);
      tasks.ends(stubborn, TaskState.DONE, "a");
      Eventually.isTrue("it is dropped", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(deliveries).hasSize(5);

      TaskId gone = submit(tasks, Duration.ofMinutes(5), true);
      tasks.ends(gone, TaskState.DONE, "b");
      Eventually.isTrue("it is dropped", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(deliveries).hasSize(6);
    }
  }

  @Test
  void neverCallsAPrivateAddressThatIsNotAllowed() throws Exception {
    ScriptedTasks tasks = new ScriptedTasks(config(""));
    try (TaskRounds rounds = start(tasks, "")) {
      TaskId id = submit(tasks, Duration.ofMinutes(5), true);
      tasks.ends(id, TaskState.DONE, "there");

      Eventually.isTrue("it is dropped", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(deliveries).isEmpty();
    }
  }

  @Test
  void deliversWhatAGatewayTookInThatHasGone() throws Exception {
    String more = "private-hosts = [\"127.0.0.1\"]";
    ScriptedTasks tasks = new ScriptedTasks(config(more));
    TaskRounds first = start(tasks, more);
    TaskId id = submit(tasks, Duration.ofMinutes(5), true);
    first.close();
    tasks.ends(id, TaskState.DONE, "there");

    try (TaskRounds second = start(tasks, more)) {
      Eventually.isTrue("it is delivered", LIMIT, () -> deliveries.size() == 1);
    }
  }

  @Test
  void endsWhatIsOverdueAndWhatTheQueueGaveUp() throws Exception {
    ScriptedTasks tasks = new ScriptedTasks(config(""));
    TaskId late = submit(tasks, Duration.ofMillis(50), false);
    TaskId dead = submit(tasks, Duration.ofMinutes(5), false);
    TaskId fine = submit(tasks, Duration.ofMinutes(5), false);
    tasks.dead.add(new DeadTask(tasks.published.get(1), "delivered too often", Instant.now()));

    try (TaskRounds one = start(tasks, "");
        TaskRounds two = start(tasks, "")) {
      Eventually.isTrue(
          "both have ended",
          LIMIT,
          () -> state(tasks, late) == TaskState.EXPIRED && state(tasks, dead) == TaskState.FAILED);
    }
    assertThat(state(tasks, fine)).isEqualTo(TaskState.QUEUED);
  }

  private TaskRounds start(ScriptedTasks tasks, String more) {
    return TaskRounds.start(
        tasks::backends,
        tasks.api().desk(),
        WebhookSettings.from(config(more)),
        new Routes()::snapshot,
        tasks.api()::hookBody,
        timers,
        InstantSource.system());
  }

  private TaskId submit(ScriptedTasks tasks, Duration deadline, boolean hooked) throws Exception {
    URI hook = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?a=b");
    return new TaskId(
        tasks
            .api()
            .desk()
            .submit(
                new Submit(
                    "public",
                    "",
                    new ModelName("echo"),
                    ScriptedTasks.FINGERPRINT,
                    ByteString.copyFromUtf8("hello"),
                    "",
                    deadline,
                    Duration.ofHours(1),
                    hooked ? Optional.of(hook) : Optional.empty(),
                    "req-1"))
            .toCompletableFuture()
            .get(5, TimeUnit.SECONDS)
            .record()
            .getTaskId());
  }

  private static TaskState state(ScriptedTasks tasks, TaskId id) {
    synchronized (tasks) {
      return Optional.ofNullable(tasks.records.get(id)).orElseThrow().getState();
    }
  }

  private static Config config(String more) {
    return ConfigFactory.parseString(
            "remuda.gateway.tasks { sweep-pause = 50ms, depth-pause = 50ms, webhooks { hosts ="
                + " [\"127.0.0.1\"], secret = "
                + SECRET
                + ", look-pause = 30ms, longest-look = 100ms, tries = 5, first-pause = 20ms,"
                + " longest-pause = 50ms, lease = 5s, "
                + more
                + " } }")
        .withFallback(ConfigFactory.load());
  }
}
