package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests to a model under another name of it. */
class EdgeAliasTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"chat\", \"messages\":[]}";

  private EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static ScriptedEngine engine() {
    return ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
  }

  @Test
  void theModelAnswersAndIsAskedByItsOwnName() {
    try (ScriptedEngine front = engine()) {
      fixture.ready("chat-v1-1", front.port());
      fixture.listed("chat-v1", DeploymentPhase.READY, "");
      fixture.alias("chat", "chat-v1");

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("chat-v1-1");
      ScriptedEngine.Seen seen = front.seen().get(0);
      assertThat(seen.body()).isEqualTo("{\"model\":\"chat-v1\", \"messages\":[]}");
      assertThat(seen.headers()).containsEntry("x-remuda-model", "chat-v1");
      fixture.ended("chat-v1 ok");
    }
  }

  @Test
  void aSwitchIsForTheNextRequestAndNotForOneUnderWay() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine first =
            ScriptedEngine.start(
                (seen, wire) -> {
                  working.countDown();
                  goOn.await();
                  wire.json(200, "{\"by\":1}");
                });
        ScriptedEngine second =
            ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"by\":2}"))) {
      fixture.ready("chat-v1-1", first.port());
      fixture.ready("chat-v2-1", second.port());
      fixture.alias("chat", "chat-v1");
      CompletableFuture<HttpResponse<String>> underWay =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY));
      assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();

      fixture.alias("chat", "chat-v2");

      assertThat(fixture.post(CHAT, BODY).body()).isEqualTo("{\"by\":2}");
      goOn.countDown();
      assertThat(underWay.get(20, TimeUnit.SECONDS).body()).isEqualTo("{\"by\":1}");
    }
  }

  @Test
  void aKeyIsForTheNameThatIsAskedFor() {
    try (ScriptedEngine front = engine()) {
      fixture.close();
      fixture =
          new EdgeFixture(
              "",
              (token, endpoint) ->
                  Authenticator.Decision.allowed("key", model -> model.equals(token)),
              Optional.empty());
      fixture.ready("chat-v1-1", front.port());
      fixture.alias("chat", "chat-v1");

      assertThat(asked("chat", "chat")).isEqualTo(200);
      assertThat(asked("chat-v1", "chat-v1")).isEqualTo(200);
      assertThat(asked("chat", "chat-v1")).isEqualTo(404);
      assertThat(asked("chat-v1", "chat")).isEqualTo(404);
    }
  }

  private int asked(String key, String model) {
    return fixture
        .post(CHAT, "{\"model\":\"" + model + "\"}", "authorization", "Bearer " + key)
        .statusCode();
  }

  @Test
  void saysThatItsModelWasRemoved() {
    fixture.listed("other", DeploymentPhase.READY, "");
    fixture.alias("chat", "chat-v1");

    HttpResponse<String> answer = fixture.post(CHAT, BODY);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("'chat' is an alias of 'chat-v1', which was removed");
  }

  @Test
  void aTypedModelIsAskedInItsOwnTypes() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(seen.body().length(), seen.body())))) {
      fixture.listed("shop", DeploymentPhase.READY, "", Optional.of(Protos.orders()));
      fixture.ready("shop-1", front.port());
      fixture.alias("store", "shop");

      HttpResponse<String> answer =
          fixture.post("/v1/models/store/predict", "{\"id\":\"a\",\"count\":\"7\"}");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("\"count\":7");
      assertThat(front.seen().get(0).headers()).containsEntry("x-remuda-model", "shop");
    }
  }

  @Test
  void waitsForItsModel() throws Exception {
    try (ScriptedEngine front = engine()) {
      fixture.listed("chat-v1", DeploymentPhase.STARTING, "");
      fixture.alias("chat", "chat-v1");
      CompletableFuture<HttpResponse<String>> held =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY, "x-remuda-wait", "20"));
      Eventually.isTrue(
          "it waits for the model",
          Duration.ofSeconds(20),
          () -> fixture.handler.waitingRoom().depths().containsKey("chat-v1"));

      fixture.ready("chat-v1-1", front.port());

      assertThat(held.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(List.of(front.seen().get(0).body()))
          .containsExactly("{\"model\":\"chat-v1\", \"messages\":[]}");
    }
  }
}
