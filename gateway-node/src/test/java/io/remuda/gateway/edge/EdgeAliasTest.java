package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
  void aModelsRemovalThatIsHeardBeforeTheAliassSwitchIsWaitedOut() throws Exception {
    try (ScriptedEngine second = engine()) {
      fixture.listed("chat-v1", DeploymentPhase.READY, "");
      fixture.alias("chat", "chat-v1");
      fixture.ready("chat-v2-1", second.port());
      fixture.listed("chat-v1", DeploymentPhase.ENDED, "");
      CompletableFuture<HttpResponse<String>> held =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY));
      Eventually.isTrue(
          "it waits for the switch",
          Duration.ofSeconds(20),
          () -> fixture.handler.waitingRoom().depths().containsKey("chat"));

      fixture.alias("chat", "chat-v2");

      HttpResponse<String> answer = held.get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(second.seen()).hasSize(1);
      fixture.ended("chat-v2 ok");
    }
  }

  @Test
  void whoeverDoesNotWantToWaitIsToldOfTheRemovedModelAtOnce() {
    fixture.listed("chat-v1", DeploymentPhase.READY, "");
    fixture.alias("chat", "chat-v1");
    fixture.listed("chat-v1", DeploymentPhase.ENDED, "");

    assertThat(fixture.post(CHAT, BODY, "x-remuda-wait", "0").statusCode()).isEqualTo(404);
  }

  private void withLittlePatience() {
    fixture.close();
    fixture =
        new EdgeFixture("inference.leaving-wait = 50ms", Authenticator.OPEN, Optional.empty());
  }

  @Test
  void saysThatItsModelWasRemoved() {
    withLittlePatience();
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

  @Test
  void staysWithTheModelThatItWaitsForWhileThatIsThere() throws Exception {
    try (ScriptedEngine first = engine();
        ScriptedEngine second = engine()) {
      CompletableFuture<HttpResponse<String>> held = heldForTheFirst();

      fixture.ready("chat-v2-1", second.port());
      fixture.alias("chat", "chat-v2");
      fixture.ready("chat-v1-1", first.port());

      assertThat(held.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(first.seen()).hasSize(1);
      assertThat(second.seen()).isEmpty();
    }
  }

  @Test
  void oneThatWaitsForAModelThatIsRemovedGoesWhereTheAliasLeadsNow() throws Exception {
    try (ScriptedEngine second = engine()) {
      CompletableFuture<HttpResponse<String>> held = heldForTheFirst();

      fixture.ready("chat-v2-1", second.port());
      fixture.alias("chat", "chat-v2");
      fixture.listed("chat-v1", DeploymentPhase.ENDED, "");

      HttpResponse<String> answer = held.get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      ScriptedEngine.Seen seen = second.seen().get(0);
      assertThat(seen.body()).isEqualTo("{\"model\":\"chat-v2\", \"messages\":[]}");
      assertThat(seen.headers()).containsEntry("x-remuda-model", "chat-v2");
      fixture.ended("chat-v2 ok");
    }
  }

  @Test
  void oneThatWaitsForAModelThatIsRemovedWaitsForTheSwitchThatIsHeardLater() throws Exception {
    try (ScriptedEngine second = engine()) {
      CompletableFuture<HttpResponse<String>> held = heldForTheFirst();
      fixture.ready("chat-v2-1", second.port());

      fixture.listed("chat-v1", DeploymentPhase.ENDED, "");
      Eventually.isTrue(
          "it waits for the switch",
          Duration.ofSeconds(20),
          () -> fixture.handler.waitingRoom().depths().containsKey("chat"));
      fixture.alias("chat", "chat-v2");

      assertThat(held.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void oneThatWaitsForTheRemovedModelOfAnAliasIsToldOfBoth() throws Exception {
    withLittlePatience();
    CompletableFuture<HttpResponse<String>> held = heldForTheFirst();

    fixture.listed("chat-v1", DeploymentPhase.ENDED, "");

    HttpResponse<String> answer = held.get(20, TimeUnit.SECONDS);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("'chat' is an alias of 'chat-v1', which was removed");
  }

  /** A request for chat that waits for chat-v1. */
  private CompletableFuture<HttpResponse<String>> heldForTheFirst() {
    fixture.listed("chat-v1", DeploymentPhase.STARTING, "");
    fixture.alias("chat", "chat-v1");
    CompletableFuture<HttpResponse<String>> held =
        CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY, "x-remuda-wait", "20"));
    Eventually.isTrue(
        "it waits for the model",
        Duration.ofSeconds(20),
        () -> fixture.handler.waitingRoom().depths().containsKey("chat-v1"));
    return held;
  }

  /**
   * @param known what is known here of the instance by the time that it refuses
   */
  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"READY", "DRAINING", "ENDED"})
  void oneWhoseInstanceClosesGoesWhereTheAliasLeadsNow(Phase known) throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine first = closing(working, goOn);
        ScriptedEngine second = engine()) {
      fixture.ready("chat-v1-1", first.port());
      fixture.alias("chat", "chat-v1");
      CompletableFuture<HttpResponse<String>> underWay =
          CompletableFuture.supplyAsync(() -> fixture.post(CHAT, BODY));
      assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();

      fixture.ready("chat-v2-1", second.port());
      fixture.alias("chat", "chat-v2");
      fixture.route("chat-v1-1", first.port(), known, -1, Set.of());
      goOn.countDown();

      HttpResponse<String> answer = underWay.get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("chat-v2-1");
      assertThat(first.seen()).hasSize(1);
      assertThat(second.seen().get(0).body()).isEqualTo("{\"model\":\"chat-v2\", \"messages\":[]}");
      fixture.ended("chat-v2 ok");
    }
  }

  @Test
  void aTypedOneThatGoesOnIsReadAnewInTheTypesOfTheOtherModel() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedEngine first = closing(working, goOn);
        ScriptedEngine second = engine()) {
      fixture.listed("orders", DeploymentPhase.READY, "", Optional.of(Protos.orders()));
      fixture.ready("orders-1", first.port());
      fixture.listed(
          "items",
          DeploymentPhase.READY,
          "",
          Optional.of(Protos.schema("items", "shop.Item", "shop.Item")));
      fixture.ready("items-1", second.port());
      fixture.alias("store", "orders");
      CompletableFuture<HttpResponse<String>> underWay =
          CompletableFuture.supplyAsync(
              () -> fixture.post("/v1/models/store/predict", "{\"id\":\"a\"}"));
      assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();

      fixture.alias("store", "items");
      goOn.countDown();

      HttpResponse<String> answer = underWay.get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
      assertThat(answer.body()).contains("shop.Item");
      assertThat(second.seen()).as("an order is no item").isEmpty();
    }
  }

  /** A front whose instance refuses what it was sent, once it is let. */
  private static ScriptedEngine closing(CountDownLatch working, CountDownLatch goOn) {
    return ScriptedEngine.start(
        (seen, wire) -> {
          working.countDown();
          goOn.await();
          wire.raw(
              "HTTP/1.1 503 Not yet\r\nx-remuda-refused: model_not_ready\r\n"
                  + "x-remuda-retry: true\r\ncontent-length: 7\r\n\r\nclosing");
        });
  }
}
