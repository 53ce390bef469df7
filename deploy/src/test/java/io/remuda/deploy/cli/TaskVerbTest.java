package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durable tasks from the command line. */
final class TaskVerbTest {

  private static final String QUEUED = "{\"id\":\"tk_1\",\"state\":\"QUEUED\"}";

  @TempDir private Path folder;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void printsTheIdOfWhatWasAcceptedAndNothingElse() {
    gateway.on("POST /v1/models/sentiment/tasks", 202, QUEUED);

    Typed typed = type("", "task", "submit", "sentiment", "{\"text\":\"fine\"}");

    assertThat(typed.out()).isEqualTo("tk_1\n");
    assertThat(typed.exit()).isZero();
    assertThat(gateway.last().body()).isEqualTo("{\"text\":\"fine\"}");
  }

  @Test
  void readsTheInputFromAFileOrFromStandardInput() throws IOException {
    gateway.on("POST /v1/models/sentiment/tasks", 202, QUEUED);
    gateway.on("POST /v1/models/sentiment/predict", 200, "{\"label\":\"POSITIVE\"}");
    Path file = Files.writeString(folder.resolve("input.json"), "{\"text\":\"from a file\"}");

    type("", "task", "submit", "sentiment", "@" + file);
    assertThat(gateway.last().body()).contains("from a file");
    type("{\"text\":\"piped\"}", "task", "submit", "sentiment");
    assertThat(gateway.last().body()).contains("piped");
    type("{\"text\":\"dash\"}", "infer", "sentiment", "-");
    assertThat(gateway.last().body()).contains("dash");
    assertThat(type("", "infer", "sentiment", "@/nowhere.json").exit()).isEqualTo(2);
    assertThat(type("", "infer", "sentiment").exit()).isEqualTo(2);
  }

  @Test
  void sendsOptionsAndTheIdempotencyKey() {
    gateway.on(
        "POST /v1/models/sentiment/tasks?deadline=5m&ttl=1d&webhook=https%3A%2F%2Fa.example%2Fh",
        202, QUEUED);

    Typed typed =
        type(
            "",
            "task",
            "submit",
            "sentiment",
            "{}",
            "--deadline",
            "5m",
            "--ttl",
            "1d",
            "--webhook",
            "https://a.example/h",
            "--idempotency-key",
            "order-7",
            "-o",
            "json");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("\"QUEUED\"");
    assertThat(gateway.last().headers()).containsEntry("Idempotency-key", "order-7");
  }

  @ParameterizedTest
  @CsvSource({"DONE, 0", "FAILED, 1", "CANCELLED, 1", "EXPIRED, 6"})
  void endsAsTheTaskEnds(String state, int exit) {
    gateway.on("POST /v1/models/sentiment/tasks", 202, QUEUED);
    gateway.on(
        "GET /v1/tasks/tk_1",
        200,
        "text/event-stream",
        "event: task\ndata: "
            + QUEUED
            + "\n\n: keep-alive\n\nevent: task\ndata: {\"id\":\"tk_1\",\"state\":\""
            + state
            + "\"}\n\n");

    Typed waited = type("", "task", "submit", "sentiment", "{}", "--wait");
    Typed watched = type("", "task", "watch", "tk_1", "-o", "json");

    assertThat(waited.exit()).isEqualTo(exit);
    assertThat(watched.exit()).isEqualTo(exit);
    assertThat(watched.err()).isEqualTo("tk_1 is QUEUED\ntk_1 is " + state + "\n");
    assertThat(watched.out()).contains("\"" + state + "\"");
  }

  @Test
  void takesUpAStreamThatBrokeOff() {
    String open = "event: task\ndata: " + QUEUED + "\n\n";
    gateway.on("GET /v1/tasks/tk_1", 200, "text/event-stream", open);
    gateway.on(
        "GET /v1/tasks/tk_1",
        200,
        "text/event-stream",
        "event: task\ndata: {\"id\":\"tk_1\",\"state\":\"DONE\"}\n\n");

    assertThat(type("", "task", "watch", "tk_1").exit()).isZero();
  }

  @Test
  void showsListsAndCancels() {
    gateway.on("GET /v1/tasks/tk_1", 200, QUEUED);
    gateway.on("GET /v1/tasks?limit=20", 200, "{\"data\":[" + QUEUED + "]}");
    gateway.on("DELETE /v1/tasks/tk_1", 200, "{\"id\":\"tk_1\",\"state\":\"CANCELLED\"}");
    gateway.on("DELETE /v1/tasks/tk_2", 200, "{\"id\":\"tk_2\",\"state\":\"DONE\"}");

    assertThat(type("", "task", "get", "tk_1").out()).contains("state: QUEUED");
    assertThat(type("", "task", "ls").out()).contains("ID").contains("tk_1");
    assertThat(type("", "task", "cancel", "tk_1").exit()).isZero();
    assertThat(type("", "task", "cancel", "tk_2").exit()).isEqualTo(1);
    assertThat(type("", "task", "get", "tk_3").exit()).isEqualTo(3);
  }

  @Test
  void handlesWhatWasGivenUp() {
    gateway.on(
        "GET /v1/tasks/dead?limit=100",
        200,
        "{\"data\":[{\"id\":\"tk_9\",\"reason\":\"five attempts failed\"}]}");
    gateway.on("POST /v1/tasks/dead/tk_9/retry", 202, QUEUED);
    gateway.on("DELETE /v1/tasks/dead/tk_9", 200, QUEUED);

    assertThat(type("", "task", "dead", "ls").out()).contains("five attempts failed");
    assertThat(type("", "task", "dead", "retry", "tk_9").exit()).isZero();
    assertThat(type("", "task", "dead", "drop", "tk_9").err()).contains("tk_9 is dropped");
  }

  private Typed type(String stdin, String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), Path.of("/nonexistent"), stdin, args);
  }
}
