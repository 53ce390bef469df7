package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients of OpenAI's responses at the public port, with engines that have a chat alone. */
class EdgeResponsesTest {

  private static final String RESPONSES = "/v1/responses";
  private static final String CHAT = "/v1/chat/completions";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ASK = "{\"model\":\"bench\",\"input\":\"hi\"}";
  private static final String STREAM = "{\"model\":\"bench\",\"input\":\"hi\",\"stream\":true}";

  private final EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void engine(ScriptedEngine front, String... offers) {
    fixture.route("bench-1", front.port(), Phase.READY, 100, Set.of(offers));
  }

  @Test
  void translatesOnlyForAnEngineThatHasNoResponses() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(200, "{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}"))) {
      engine(front, CHAT);
      HttpResponse<String> translated = fixture.post(RESPONSES, ASK);
      engine(front, CHAT, RESPONSES);
      HttpResponse<String> passed = fixture.post(RESPONSES, ASK);

      assertThat(translated.body())
          .contains("\"object\":\"response\"")
          .contains("\"text\":\"hello\"");
      assertThat(passed.body()).startsWith("{\"choices\"");
      assertThat(front.seen().get(0).path()).isEqualTo("/i/bench-1" + CHAT);
      assertThat(front.seen().get(1).path()).isEqualTo("/i/bench-1" + RESPONSES);
      assertThat(front.seen().get(1).body()).isEqualTo(ASK);
    }
  }

  /** Seen of llama-server 11669: its own responses read over the schema. */
  @Test
  void asksTheChatForJsonAlsoWhereTheEngineHasResponsesUnlessAChatCannotSayIt() {
    String wanted =
        "{\"model\":\"bench\",\"input\":\"hi\",\"text\":{\"format\":{\"type\":\"json_schema\","
            + "\"name\":\"w\",\"schema\":{\"type\":\"object\"}}}";
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) -> wire.json(200, "{\"choices\":[{\"message\":{\"content\":\"{}\"}}]}"))) {
      engine(front, CHAT, RESPONSES);

      HttpResponse<String> answer = fixture.post(RESPONSES, wanted + "}");
      fixture.post(RESPONSES, wanted + ",\"previous_response_id\":\"resp_1\"}");
      engine(front, RESPONSES);
      fixture.post(RESPONSES, wanted + "}");

      assertThat(answer.body()).contains("\"object\":\"response\"").contains("\"text\":\"{}\"");
      assertThat(front.seen())
          .extracting(ScriptedEngine.Seen::path)
          .containsExactly("/i/bench-1" + CHAT, "/i/bench-1" + RESPONSES, "/i/bench-1" + RESPONSES);
      assertThat(front.seen().get(0).body()).contains("\"name\":\"w\"");
      assertThat(front.seen().get(1).body())
          .isEqualTo(wanted + ",\"previous_response_id\":\"resp_1\"}");
    }
  }

  /**
   * The last event holds the whole text, and is longer than what is looked at of a stream's end.
   */
  @Test
  void streamsALongAnswerToItsEnd() throws IOException {
    String text = "x".repeat(10_000);
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}");
                  wire.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
                  wire.done();
                });
        Wire client = fixture.wire()) {
      engine(front, CHAT);

      String all = client.post(RESPONSES, STREAM).until("0\r\n\r\n");

      assertThat(all)
          .contains("event: response.created\ndata: ")
          .contains("event: response.completed\ndata: ")
          .doesNotContain("[DONE]", "\"error\":{");
      fixture.ended("bench ok");
    }
  }

  @Test
  void endsAStreamThatBreaksWithATypedErrorAndNoEnd() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}");
                  wire.cut();
                });
        Wire client = fixture.wire()) {
      engine(front, CHAT);

      String all = client.post(RESPONSES, STREAM).until("0\r\n\r\n");

      assertThat(all).contains("\"code\":\"engine_gone\"").doesNotContain("response.completed");
    }
  }

  @Test
  void freesTheEngineWhenTheClientGoes() throws IOException {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.awaitDeparture(SOON))) {
      engine(front, CHAT);
      try (Wire client = fixture.wire()) {
        client.post(RESPONSES, ASK);
        Eventually.isTrue("the engine works", SOON, () -> front.seen().size() == 1);
      }
      Eventually.isTrue("the engine was told", SOON, () -> front.departed() == 1);
    }
  }

  @Test
  void saysThatAnswersAreNotKept() {
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      engine(front, CHAT);

      HttpResponse<String> answer =
          fixture.post(
              RESPONSES,
              "{\"model\":\"bench\",\"input\":\"a\",\"previous_response_id\":\"resp_1\"}");

      assertThat(answer.statusCode()).isEqualTo(501);
      assertThat(answer.body())
          .contains("\"param\":\"previous_response_id\"")
          .contains("send the whole talk as input");
      assertThat(front.seen()).isEmpty();
    }
  }
}
