package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ollama's clients at the public port, with engines that speak OpenAI's API. */
class EdgeOllamaTest {

  private static final String CHAT = "/api/chat";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TALK =
      "{\"model\":\"bench:latest\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  private final EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void streamsLinesWhereTheClientSaysNothing() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"delta\":{\"content\":\"hey\"}}]}");
                  wire.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
                  wire.done();
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      String all = client.post(CHAT, TALK + "}").until("0\r\n\r\n");

      assertThat(all)
          .contains("content-type: application/x-ndjson")
          .contains("\"content\":\"hey\"},\"done\":false}\n")
          .contains("\"done\":true,\"done_reason\":\"stop\"")
          .doesNotContain("data:", "[DONE]", "\"error\"");
      assertThat(front.seen().get(0).path()).isEqualTo("/i/bench-1/v1/chat/completions");
      assertThat(front.seen().get(0).body()).startsWith("{\"model\":\"bench\",");
      fixture.ended("bench ok");
    }
  }

  @Test
  void answersInOneObjectWhereTheClientWantsNoStream() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(
                    200,
                    seen.path().endsWith("embeddings")
                        ? "{\"data\":[{\"embedding\":[1,2]}]}"
                        : "{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}"))) {
      fixture.ready("bench-1", front.port());

      assertThat(fixture.post(CHAT, TALK + ",\"stream\":false}").body())
          .contains("\"message\":{\"role\":\"assistant\",\"content\":\"hello\"},\"done\":true");
      assertThat(
              fixture
                  .post("/api/generate", "{\"model\":\"bench\",\"prompt\":\"hi\",\"stream\":false}")
                  .body())
          .contains("\"response\":\"hello\",\"done\":true");
      assertThat(fixture.post("/api/embed", "{\"model\":\"bench\",\"input\":\"a\"}").body())
          .contains("\"embeddings\":[[1,2]]");
      assertThat(fixture.post("/api/embeddings", "{\"model\":\"bench\",\"prompt\":\"a\"}").body())
          .isEqualTo("{\"embedding\":[1,2]}");
    }
  }

  @Test
  void translatesAnswersAndEventsThatAreLargerThanOnesThatGoInOnePiece() {
    String numbers = "0.125,".repeat(40_000) + "1";
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) -> {
              if (seen.path().endsWith("embeddings")) {
                wire.json(200, "{\"data\":[{\"embedding\":[" + numbers + "]}]}");
              } else {
                wire.events();
                wire.event("{\"choices\":[{\"delta\":{\"content\":\"" + numbers + "\"}}]}");
                wire.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
                wire.done();
              }
            })) {
      fixture.ready("bench-1", front.port());

      HttpResponse<String> whole =
          fixture.post("/api/embed", "{\"model\":\"bench\",\"input\":\"a\"}");
      String streamed = fixture.post(CHAT, TALK + "}").body();

      assertThat(whole.statusCode()).isEqualTo(200);
      assertThat(whole.body()).contains("\"embeddings\":[[" + numbers + "]]");
      assertThat(streamed).contains("\"done\":true").doesNotContain("\"error\"");
    }
  }

  @Test
  void refusesAnAnswerThatIsTooLargeToTranslateOnceAndForAll() {
    try (EdgeFixture small =
            new EdgeFixture(
                "inference.translated-answer-size = 1000 B", Authenticator.OPEN, Optional.empty());
        ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) ->
                    wire.json(200, "{\"data\":[{\"embedding\":[" + "1,".repeat(500) + "1]}]}"))) {
      small.ready("bench-1", front.port());

      HttpResponse<String> answer =
          small.post("/api/embed", "{\"model\":\"bench\",\"input\":\"a\"}");

      assertThat(answer.statusCode()).isEqualTo(501);
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
      assertThat(answer.body())
          .contains("more than 1000 bytes")
          .contains("remuda.gateway.inference.translated-answer-size");
      assertThat(front.seen()).hasSize(1);
    }
  }

  @Test
  void tellsErrorsInOneWordAlsoInTheMiddleOfAStream() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (seen.body().contains("stream_options")) {
                    wire.events();
                    wire.event("{\"choices\":[{\"delta\":{\"content\":\"hey\"}}]}");
                    wire.cut();
                  } else {
                    wire.json(400, "{\"error\":{\"message\":\"too long\",\"type\":\"t\"}}");
                  }
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());
      fixture.routes.warm();

      HttpResponse<String> engines = fixture.post(CHAT, TALK + ",\"stream\":false}");
      HttpResponse<String> unknown = fixture.post(CHAT, TALK.replace("bench", "none") + "}");
      String broken = client.post(CHAT, TALK + "}").until("0\r\n\r\n");

      assertThat(engines.statusCode()).isEqualTo(400);
      assertThat(engines.body()).isEqualTo("{\"error\":\"too long\"}");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).startsWith("{\"error\":\"the model 'none' does not exist");
      assertThat(broken)
          .contains("\"content\":\"hey\"},\"done\":false}\n")
          .contains("\n{\"error\":\"the machine of bench-1")
          .doesNotContain("\"done\":true", "data:");
    }
  }

  @Test
  void refusesOptionsThatAreOfAnotherKindRatherThanSayingNothing() {
    fixture.ready("bench-1", 1);

    HttpResponse<String> answer =
        fixture.post(CHAT, TALK + ",\"think\":true,\"options\":{\"chat_template_kwargs\":\"a\"}}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("options.chat_template_kwargs: must be an object");
  }

  @Test
  void streamsWhereTheClientSaysNull() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (seen.body().contains("\"stream\":true")) {
                    wire.events();
                    wire.event("{\"choices\":[{\"delta\":{\"content\":\"hey\"}}]}");
                    wire.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
                    wire.done();
                  } else {
                    wire.json(200, "{\"choices\":[{\"message\":{\"content\":\"hey\"}}]}");
                  }
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", front.port());

      assertThat(client.post(CHAT, TALK + ",\"stream\":null}").until("0\r\n\r\n"))
          .contains("\"content\":\"hey\"},\"done\":false}\n")
          .contains("\"done\":true");
    }
  }

  @Test
  void freesTheEngineWhenTheClientGoesInTheMiddleOfAStream() throws IOException {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event("{\"choices\":[{\"delta\":{\"content\":\"one\"}}]}");
              wire.awaitDeparture(SOON);
            })) {
      fixture.ready("bench-1", front.port());
      try (Wire client = fixture.wire()) {
        client.post(CHAT, TALK + "}").until("one");
      }
      Eventually.isTrue("the engine was told", SOON, () -> front.departed() == 1);
    }
  }

  @Test
  void saysWhatAnEngineWithoutAChatLacks() {
    fixture.route("bench-1", 1, Phase.READY, 100, Set.of("/v1/embeddings"));

    HttpResponse<String> answer = fixture.post(CHAT, TALK + "}");

    assertThat(answer.statusCode()).isEqualTo(501);
    assertThat(answer.body()).startsWith("{\"error\":\"").contains("it answers /v1/embeddings");
  }
}
