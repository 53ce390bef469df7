package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.testing.Eventually;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much memory tasks take while their queue does not answer. The test's gateway has 1 MiB. */
class TaskMemoryTest {

  private static final String SUBMIT = "/v1/models/echo/tasks";
  private static final String INPUT = "{\"text\": \"" + "a".repeat(15_000) + "\"}";

  /** Of three copies of each. */
  private static final int FIT = 1024 * 1024 / (3 * INPUT.length());

  private final CompletableFuture<Void> answers = new CompletableFuture<>();
  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void refusesWhatItHasNoMemoryForUntilTheQueueAnswers() throws Exception {
    // given as many tasks as there is memory for, of which the queue has confirmed none
    api.tasks.holding(answers);
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (int i = 0; i < FIT; i++) {
      waiting.add(send());
    }
    Eventually.isTrue("all are on their way", Duration.ofSeconds(60), () -> published() == FIT);

    // when one more comes
    Answer refused = api.send("POST", SUBMIT, INPUT);

    // then it is told to come again
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.code()).isEqualTo("overloaded");
    assertThat(refused.message()).contains("memory").contains("not accepted");
    assertThat(refused.header("Retry-After")).isEqualTo("1");

    // and it is taken once the others are through
    answers.complete(null);
    for (CompletableFuture<HttpResponse<String>> each : waiting) {
      assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
    }
    Eventually.isTrue(
        "there is memory again",
        Duration.ofSeconds(60),
        () -> api.send("POST", SUBMIT, INPUT).status() == 202);
  }

  @Test
  void whatIsRefusedTakesNoMemory() throws Exception {
    for (int i = 0; i < 2 * FIT; i++) {
      String wrong = "{\"label\": \"" + "a".repeat(15_000) + "\"}";
      assertThat(api.send("POST", SUBMIT, wrong).status()).isEqualTo(400);
      assertThat(api.send("POST", SUBMIT + "?deadline=99d", INPUT).status()).isEqualTo(400);
    }

    assertThat(api.send("POST", SUBMIT, INPUT).status()).isEqualTo(202);
  }

  private CompletableFuture<HttpResponse<String>> send() {
    return api.client.sendAsync(
        HttpRequest.newBuilder(api.uri(SUBMIT))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(INPUT))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int published() {
    synchronized (api.tasks) {
      return api.tasks.published.size();
    }
  }
}
