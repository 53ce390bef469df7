package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Anthropic's clients at the public port, with engines that have a chat and nothing else. */
class EdgeMessagesTest {

  private static final String MESSAGES = "/v1/messages";
  private static final String COUNT = "/v1/messages/count_tokens";
  private static final String CHAT = "/v1/chat/completions";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TALK =
      "{\"model\":\"bench\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  private final EdgeFixture fixture = new EdgeFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void engine(ScriptedEngine front, String... offers) {
    fixture.route("bench-1", front.port(), Phase.READY, 100, Set.of(offers));
  }

  @Test
  void translatesForAnEngineThatHasNoMessages() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(
                    200,
                    "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}"))) {
      engine(front, CHAT);

      HttpResponse<String> answer =
          fixture.post(
              MESSAGES, TALK + "}", "x-request-id", "r9", "anthropic-version", "2023-06-01");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"id\":\"msg_r9\"")
          .contains("\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]")
          .contains("\"stop_reason\":\"end_turn\"")
          .contains("\"output_tokens\":1");
      assertThat(answer.headers().firstValue("request-id")).hasValue("r9");
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("bench-1");
      ScriptedEngine.Seen seen = front.seen().get(0);
      assertThat(seen.path()).isEqualTo("/i/bench-1/v1/chat/completions");
      assertThat(seen.body()).contains("\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]");
      fixture.ended("bench ok");
    }
  }

  @Test
  void passesOnByteForByteWhereTheEngineHasMessages() {
    try (ScriptedEngine front =
        ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"mine\":1}"))) {
      engine(front, CHAT, MESSAGES);

      assertThat(fixture.post(MESSAGES, TALK + ",\"odd\":1}").body()).isEqualTo("{\"mine\":1}");
      assertThat(fixture.post(COUNT, TALK + "}").body()).isEqualTo("{\"mine\":1}");
      assertThat(front.seen().get(0).body()).isEqualTo(TALK + ",\"odd\":1}");
      assertThat(front.seen().get(1).path()).isEqualTo("/i/bench-1" + COUNT);
    }
  }

  /** Seen of llama-server 11669: its own messages read over the schema. */
  @Test
  void asksTheChatForJsonOfASchemaAlsoWhereTheEngineHasMessages() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(
                    200,
                    "{\"choices\":[{\"message\":{\"content\":\"{}\"},\"finish_reason\":\"stop\"}]}"))) {
      engine(front, CHAT, MESSAGES);
      String format = "{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}";

      fixture.post(MESSAGES, TALK + ",\"output_config\":{\"format\":" + format + "}}");
      fixture.post(MESSAGES, TALK + ",\"output_format\":" + format + "}");
      fixture.post(MESSAGES, TALK + ",\"metadata\":{\"user_id\":\"json_schema\"}}");

      assertThat(front.seen())
          .extracting(ScriptedEngine.Seen::path)
          .containsExactly("/i/bench-1" + CHAT, "/i/bench-1" + CHAT, "/i/bench-1" + MESSAGES);
      assertThat(front.seen().get(0).body())
          .contains("\"response_format\":{\"type\":\"json_schema\"")
          .contains("\"schema\":{\"type\":\"object\"}");
    }
  }

  @Test
  void streamsEventsUnderTheirNames() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}");
                  wire.chunk("data: {\"choices\":[{\"delta\":{\"con");
                  wire.chunk("tent\":\"hey\"}}]}\r\n\r\n: ping\n\n");
                  wire.event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
                  wire.done();
                });
        Wire client = fixture.wire()) {
      engine(front, CHAT);

      String all = client.post(MESSAGES, TALK + ",\"stream\":true}").until("0\r\n\r\n");

      assertThat(all)
          .contains("content-type: text/event-stream; charset=utf-8")
          .contains("event: message_start\ndata: {\"type\":\"message_start\"")
          .contains("\"delta\":{\"type\":\"text_delta\",\"text\":\"hey\"}}\n\n")
          .contains("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
          .doesNotContain("[DONE]", "event: error");
      fixture.ended("bench ok");
    }
  }

  @Test
  void endsAStreamThatBreaksWithAnthropicsErrorEvent() throws IOException {
    try (ScriptedEngine front =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[{\"delta\":{\"content\":\"hey\"}}]}");
                  wire.end();
                });
        Wire client = fixture.wire()) {
      engine(front, CHAT);

      String all = client.post(MESSAGES, TALK + ",\"stream\":true}").until("0\r\n\r\n");

      assertThat(all)
          .contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"")
          .doesNotContain("message_stop");
      fixture.ended("bench engine_gone");
    }
  }

  @Test
  void triesAnotherInstanceWhenOneDiesInTheMiddleOfAWholeAnswer() {
    AtomicInteger calls = new AtomicInteger();
    ScriptedEngine.Script half =
        (seen, wire) -> {
          if (calls.incrementAndGet() == 1) {
            wire.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half");
            wire.cut();
          } else {
            wire.json(200, "{\"choices\":[{\"message\":{\"content\":\"b\"}}]}");
          }
        };
    try (ScriptedEngine first = ScriptedEngine.start(half);
        ScriptedEngine second = ScriptedEngine.start(half)) {
      engine(first, CHAT);
      fixture.route("bench-2", second.port(), Phase.READY, 100, Set.of(CHAT));

      assertThat(fixture.post(MESSAGES, TALK + "}").body()).contains("\"text\":\"b\"");
      assertThat(calls).hasValue(2);
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
      engine(front, CHAT);
      try (Wire client = fixture.wire()) {
        client.post(MESSAGES, TALK + ",\"stream\":true}").until("one");
      }
      Eventually.isTrue("the engine was told", SOON, () -> front.departed() == 1);
      fixture.ended("bench cancelled");
    }
  }

  @Test
  void tellsEachErrorInAnthropicsShapeWithATypeThatItsClientsKnow() {
    try (ScriptedEngine front =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.json(
                    400,
                    "{\"error\":{\"message\":\"too long\",\"type\":\"exceed_context_size_error\"}}"))) {
      engine(front, CHAT);
      fixture.routes.warm();

      HttpResponse<String> engines = fixture.post(MESSAGES, TALK + "}", "x-request-id", "r1");
      HttpResponse<String> ours =
          fixture.post(MESSAGES, "{\"model\":\"bench\",\"messages\":[]}", "x-request-id", "r2");
      HttpResponse<String> unknown = fixture.post(MESSAGES, TALK.replace("bench", "none") + "}");

      assertThat(engines.statusCode()).isEqualTo(400);
      assertThat(engines.body())
          .isEqualTo(
              "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
                  + "\"message\":\"too long\"},\"request_id\":\"r1\"}");
      assertThat(ours.statusCode()).isEqualTo(400);
      assertThat(ours.body()).contains("\"message\":\"max_tokens: is required");
      assertThat(ours.headers().firstValue("x-should-retry")).hasValue("false");
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(unknown.body()).contains("\"type\":\"not_found_error\"");
    }
  }

  @Test
  void countsTokensByTheEnginesTokenizerOrSaysWhyNot() {
    try (ScriptedEngine front =
        ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"count\":4,\"tokens\":[1]}"))) {
      engine(front, CHAT, "/tokenize");
      assertThat(fixture.post(COUNT, TALK + "}").body()).isEqualTo("{\"input_tokens\":4}");
      assertThat(front.seen().get(0).path()).isEqualTo("/i/bench-1/tokenize");

      engine(front, CHAT);
      HttpResponse<String> none = fixture.post(COUNT, TALK + "}");
      assertThat(none.statusCode()).isEqualTo(501);
      assertThat(none.body()).contains("does not answer " + COUNT).contains(CHAT);
    }
  }
}
