package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.tasks.TaskRounds;
import io.remuda.gateway.tasks.WebhookSettings;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is told of tasks whose result, or all of them, has outlived its time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgottenTasksTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private ApiFixture api;
  private String key;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    api.knows("echo", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    key = api.key(Set.of(Scope.INFER), Set.of());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @Test
  void saysOfATaskThatIsDoneThatItsResultIsGone() throws Exception {
    TaskId id = done("there");
    Answer before = get("/v1/tasks/" + id);
    api.tasks.outlivesItsResult(id);

    Answer after = get("/v1/tasks/" + id);
    Answer bare = api.get("/v1/tasks/" + id, "x-api-key", key, "accept", "application/x-protobuf");
    Answer list = get("/v1/tasks?limit=100");

    assertThat(before.json().at("/result/text").asText()).isEqualTo("there");
    assertThat(before.json().path("resultExpired").asBoolean(true)).isFalse();
    assertThat(after.status()).isEqualTo(200);
    assertThat(after.json().path("state").asText()).isEqualTo("DONE");
    assertThat(after.json().path("result").isNull()).isTrue();
    assertThat(after.json().path("resultExpired").asBoolean()).isTrue();
    assertThat(bare.status()).isEqualTo(410);
    assertThat(bare.message()).contains("outlived", "?ttl=");
    assertThat(list.json().path("data"))
        .anySatisfy(
            row -> {
              assertThat(row.path("id").asText()).isEqualTo(id.value());
              assertThat(row.path("resultExpired").asBoolean()).isTrue();
            });
  }

  @Test
  void saysNothingOfATaskWhoseEndMayBeForgotten() throws Exception {
    // given the slack of an hour, for half of which a task without a record has expired
    TaskId now = TaskId.mint(Instant.now().minusSeconds(60), new Random(1));
    TaskId longAgo = TaskId.mint(Instant.now().minus(Duration.ofHours(2)), new Random(2));

    assertThat(get("/v1/tasks/" + now).json().path("state").asText()).isEqualTo("EXPIRED");
    assertThat(get("/v1/tasks/" + longAgo).status()).isEqualTo(404);
  }

  @Test
  void aWebhookOfATaskThatIsForgottenIsDroppedAndNotToldAWrongEnd() throws Exception {
    AtomicInteger told = new AtomicInteger();
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          told.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    Config config =
        ConfigFactory.parseString(
                "remuda.gateway.tasks.webhooks { hosts = [\"127.0.0.1\"], private-hosts ="
                    + " [\"127.0.0.1\"], secret = 0123456789abcdef01234567, look-pause = 30ms,"
                    + " longest-look = 100ms }")
            .withFallback(ConfigFactory.load());
    ScriptedTasks tasks = new ScriptedTasks(config);
    TaskId id = TaskId.mint(Instant.now().minus(Duration.ofHours(2)), new Random(3));
    URI url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
    tasks.remember(id, "public", url, Instant.now()).toCompletableFuture().get(5, TimeUnit.SECONDS);
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    try (TaskRounds rounds =
        TaskRounds.start(
            tasks::backends,
            tasks.api().desk(),
            WebhookSettings.from(config),
            new Routes()::snapshot,
            tasks.api()::hookBody,
            timers,
            InstantSource.system())) {
      Eventually.isTrue("it is dropped", LIMIT, () -> tasks.hooks.isEmpty());
      assertThat(told).hasValue(0);
    } finally {
      timers.shutdownNow();
      receiver.stop(0);
    }
  }

  @Test
  void aKeyWhoseTaskIsForgottenIsRefusedAndNotCalledQueued() throws Exception {
    TaskId id = new TaskId(submit("forgotten").json().path("id").asText());
    api.tasks.forgets(id);
    api.tasks.endedLongAgo(id);

    Answer again = submit("forgotten");

    assertThat(again.status()).isEqualTo(410);
    assertThat(again.message()).contains("idempotency key", "another key");
  }

  private TaskId done(String output) throws Exception {
    TaskId id = new TaskId(submit(output).json().path("id").asText());
    api.tasks.ends(id, TaskState.DONE, output);
    return id;
  }

  private Answer submit(String once) throws Exception {
    return api.send(
        "POST",
        "/v1/models/echo/tasks",
        "{\"text\": \"hello\"}",
        "x-api-key",
        key,
        "Idempotency-Key",
        once);
  }

  private Answer get(String path) throws Exception {
    return api.get(path, "x-api-key", key);
  }
}
