package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model's jar that some tasks end, hang or break, at work on RabbitMQ and Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class DeadlyModelIT {

  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final int ATTEMPTS = 4;

  private Path folder;
  private RedisServer redis;
  private Up up;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    // Its own, since a test ends it.
    redis = RedisServer.own(List.of("--appendonly", "yes", "--appendfsync", "always"));
    Path settings =
        Files.writeString(
            temporary.resolve("tasks.conf"),
            """
            remuda.tasks {
              queue = "%s"
              results = "%s"
              queue-settle = 0s
              attempts = %d
              run-limit = 8s
            }
            remuda.node.instance.restart { first-pause = 100ms, longest-pause = 200ms }
            """
                .formatted(RabbitServer.shared().url(), redis.url(), ATTEMPTS));
    up = Up.start(temporary, "--no-demo", "--config", settings.toString());
    DeadlyModel.pack(up.data().resolve("jars").resolve("deadly.jar"));
    Eventually.isTrue("it takes tasks", LIMIT, this::takesTasks);
  }

  @AfterAll
  void end() {
    if (up != null) {
      up.close();
    }
    if (redis != null) {
      redis.kill();
    }
  }

  @Test
  void whatEndsHangsOrBreaksTheModelIsGivenUpAndAllElseIsDone() throws Exception {
    long pid = up.process().pid();

    // when deadly tasks are submitted, and harmless ones before, between and after them
    List<String> harmless = new ArrayList<>();
    Map<String, String> deadly = new LinkedHashMap<>();
    for (String text : List.of("exit", "halt", "hang", "throw")) {
      harmless.add(submit("before " + text));
      deadly.put(text, submit(text));
      harmless.add(submit("after " + text));
    }

    // then each deadly one has had its attempts
    for (Map.Entry<String, String> each : deadly.entrySet()) {
      JsonNode ended = ended(each.getValue());
      assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("FAILED");
      assertThat(ended.path("attempts").asInt()).as(each.getKey()).isEqualTo(ATTEMPTS);
      assertThat(ended.at("/error/code").asText()).isEqualTo("poison");
      assertThat(ended.at("/error/message").asText()).contains(ATTEMPTS + " times");
    }
    // and all harmless ones are done, though each may have died with those more than once
    for (String task : harmless) {
      assertThat(ended(task).path("state").asText()).as(ended(task).toString()).isEqualTo("DONE");
    }
    // and an operator sees what was given up, and no more
    Eventually.passes(
        "they are listed, which follows their ends",
        LIMIT,
        () ->
            assertThat(dead()).containsAll(deadly.values()).doesNotContainAnyElementsOf(harmless));

    // and the machine lives, with the same instance, whose engine was started again
    assertThat(up.process().pid()).isEqualTo(pid);
    assertThat(up.process().isAlive()).isTrue();
    assertThat(ended(submit("at last")).path("result").asText()).isEqualTo("at last!");
    assertThat(up.gateway().instances("deadly"))
        .singleElement()
        .satisfies(
            instance ->
                assertThat(instance.path("restarts").asInt())
                    .as(instance.toString())
                    .isGreaterThanOrEqualTo(ATTEMPTS));
    up.type("task", "dead", "drop", Objects.requireNonNull(deadly.get("exit")));
    deadly.values().forEach(id -> up.gateway().delete("/v1/tasks/dead/" + id));
  }

  @Test
  void whatWasGivenUpIsRunAgainWhenAnOperatorSaysSo() throws Exception {
    // given a task that the model could not stand
    Path cure = folder.resolve("cure");
    String task = submit("unless " + cure);
    assertThat(ended(task).path("state").asText()).as(ended(task).toString()).isEqualTo("FAILED");
    Eventually.passes("it is listed", LIMIT, () -> assertThat(dead()).contains(task));

    // when its cause is gone, and an operator has it run again
    Files.createFile(cure);
    Launched.Ended typed = up.type("task", "dead", "retry", task);

    assertThat(typed.exit()).as(typed.err()).isZero();
    JsonNode done = ended(task);
    assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("DONE");
    assertThat(done.path("result").asText()).isEqualTo("unless " + cure + "!");
    assertThat(dead()).doesNotContain(task);
  }

  @Test
  void psSaysWhyAnInstanceTakesNoTasksWhileItServes() {
    redis.kill();
    try {
      Eventually.passes(
          "ps says so",
          LIMIT,
          () -> {
            Launched.Ended typed = up.type("ps");
            assertThat(typed.out().lines().filter(line -> line.startsWith("deadly")))
                .as(typed.out())
                .singleElement()
                .satisfies(line -> assertThat(line).contains(" READY ").contains(" off "));
            assertThat(typed.err()).containsPattern("deadly-\\d+ takes no tasks: .*result");
          });

      Gateway.Answer answer = up.gateway().post("/v1/models/deadly/predict", "\"still here\"");
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text()).contains("still here!");
    } finally {
      redis.restart();
    }
    Eventually.isTrue("it takes tasks again", LIMIT, this::takesTasks);
    assertThat(up.type("ps").err()).doesNotContain("takes no tasks");
  }

  private List<String> dead() {
    try {
      List<String> dead = new ArrayList<>();
      new ObjectMapper()
          .readTree(up.type("task", "dead", "ls", "-o", "json").out())
          .forEach(letter -> dead.add(letter.path("id").asText()));
      return dead;
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private boolean takesTasks() {
    return up.gateway().get("/v1/models/deadly").json().at("/instances/tasks/taking").asInt() == 1;
  }

  /** While the model is started again there may be no room for it in the queue's eyes. */
  private String submit(String text) {
    return Eventually.find(
        "the task is accepted",
        LIMIT,
        () -> {
          Gateway.Answer answer = up.gateway().post("/v1/models/deadly/tasks", "\"" + text + "\"");
          if (answer.status() != 202) {
            throw new AssertionError(answer.text());
          }
          return Optional.of(answer.json().path("id").asText());
        });
  }

  private JsonNode ended(String task) {
    return Eventually.find(
        "the task has ended",
        LIMIT,
        () ->
            Optional.of(up.gateway().get("/v1/tasks/" + task + "?wait=20s").json())
                .filter(seen -> seen.path("state").asText().matches("DONE|FAILED|EXPIRED")));
  }
}
