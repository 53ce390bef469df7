package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.gateway.edge.StrictRules.Told;
import io.remuda.protocol.testing.Deviation;
import io.remuda.protocol.testing.LooseEngine;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines that speak OpenAI's words loosely, and what clients get to read of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LooseEnginesTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String COMPLETIONS = "/v1/completions";
  private static final List<String> CALLS =
      List.of("weather {\"city\":\"Oslo\"}", "time {\"zone\":\"CET\"}");

  private final ScriptedEngine engine = ScriptedEngine.start(new LooseEngine());
  private final EdgeFixture fixture = new EdgeFixture();

  LooseEnginesTest() {
    fixture.loose("bench-1", engine.port());
  }

  @AfterAll
  void close() {
    fixture.close();
    engine.close();
  }

  private String ask(Deviation deviation, String path, String more) {
    HttpResponse<String> answer =
        fixture.post(
            path, "{\"model\":\"bench\",\"user\":\"" + deviation.name() + "\"" + more + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue(
            more.contains("stream") ? "text/event-stream; charset=utf-8" : "application/json");
    return answer.body();
  }

  @ParameterizedTest
  @EnumSource
  void aChatStreamIsStrict(Deviation deviation) {
    Told told = StrictRules.stream(ask(deviation, CHAT, ",\"stream\":true"), true);

    assertThat(told).isEqualTo(new Told("Hello", List.of(), "stop", 5));
  }

  @ParameterizedTest
  @EnumSource
  void aStreamOfToolCallsIsStrict(Deviation deviation) {
    Told told = StrictRules.stream(ask(deviation, CHAT, ",\"tools\":[],\"stream\":true"), true);

    assertThat(told).isEqualTo(new Told("", CALLS, "tool_calls", 5));
  }

  @ParameterizedTest
  @EnumSource
  void aStreamOfACompletionIsStrict(Deviation deviation) {
    Told told = StrictRules.stream(ask(deviation, COMPLETIONS, ",\"stream\":true"), false);

    assertThat(told).isEqualTo(new Told("Hello", List.of(), "stop", 5));
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerInOnePieceIsStrict(Deviation deviation) {
    Told text = StrictRules.whole(ask(deviation, CHAT, ""), true);
    Told calls = StrictRules.whole(ask(deviation, CHAT, ",\"tools\":[]"), true);
    Told completed = StrictRules.whole(ask(deviation, COMPLETIONS, ""), false);

    assertThat(text).isEqualTo(new Told("Hello", List.of(), "stop", 5));
    assertThat(calls).isEqualTo(new Told("", CALLS, "tool_calls", 5));
    assertThat(completed).isEqualTo(new Told("Hello", List.of(), "stop", 5));
  }

  /** Else the tests above would hold of a gateway that mends nothing. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "PLAIN_TEXT"})
  void theRulesSeeEachDeviation(Deviation deviation) {
    assertThatThrownBy(
            () -> {
              Told text = StrictRules.stream(deviation.stream(LooseEngine.chunks(false)), true);
              Told calls = StrictRules.stream(deviation.stream(LooseEngine.chunks(true)), true);
              assertThat(text).isEqualTo(new Told("Hello", List.of(), "stop", 5));
              assertThat(calls).isEqualTo(new Told("", CALLS, "tool_calls", 5));
            })
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void theRulesHoldOfOpenAi() {
    assertThat(StrictRules.stream(Deviation.NONE.stream(LooseEngine.chunks(true)), true).calls())
        .isEqualTo(CALLS);
    assertThat(StrictRules.stream(Deviation.NONE.stream(LooseEngine.texts()), false).text())
        .isEqualTo("Hello");
  }

  @Test
  void whatAnEngineSaysBesideIsKept() {
    try (ScriptedEngine talkative =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.event(
                  "{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"},\"odd\":1.50}],"
                      + "\"timings\":{\"prompt_ms\":1.25}}");
              wire.done();
            })) {
      fixture.loose("talkative-1", talkative.port());

      assertThat(fixture.post(CHAT, "{\"model\":\"talkative\",\"stream\":true}").body())
          .contains("\"reasoning_content\":\"hm\"")
          .contains("\"odd\":1.50")
          .contains("\"timings\":{\"prompt_ms\":1.25}");
    }
  }

  @Test
  void anEngineThatIsCleanIsPassedOnByteForByte() {
    try (ScriptedEngine clean = ScriptedEngine.start(new LooseEngine())) {
      fixture.ready("clean-1", clean.port());
      String asked = "{\"model\":\"clean\",\"user\":\"NO_CREATED\"";

      assertThat(fixture.post(CHAT, asked + ",\"stream\":true}").body())
          .isEqualTo(Deviation.NO_CREATED.stream(LooseEngine.chunks(false)));
      assertThat(fixture.post(CHAT, asked + "}").body())
          .isEqualTo(Deviation.NO_CREATED.whole(LooseEngine.message(false)));
    }
  }

  private String failing(ScriptedEngine.Script script, String more) {
    try (ScriptedEngine failing = ScriptedEngine.start(script)) {
      fixture.loose("failing-1", failing.port());
      HttpResponse<String> answer = fixture.post(CHAT, "{\"model\":\"failing\"" + more + "}");
      return answer.statusCode() + " " + answer.body();
    }
  }

  private static String first() {
    return LooseEngine.chunks(false).get(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":\"out of memory\"}",
        "{\"error\":{\"message\":\"out of memory\",\"code\":500}}",
        "{\"error\":{\"message\":\"out of memory\"},\"choices\":[]}"
      })
  void anErrorInTheMiddleBecomesOneThatClientsRaise(String error) {
    String answer =
        failing(
            (seen, wire) -> {
              wire.events();
              wire.event(first());
              wire.event(error);
              wire.end();
            },
            ",\"stream\":true");

    assertThat(answer)
        .startsWith("200 data: {\"id\":\"c-1\"")
        .endsWith(
            "\n\ndata: {\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\","
                + "\"param\":null,\"code\":\"engine_failed\"}}\n\n");
  }

  @Test
  void anErrorThatCallsItselfAnAnswerIsOne() {
    assertThat(failing((seen, wire) -> wire.json(200, "{\"error\":\"out of memory\"}"), ""))
        .startsWith("5")
        .contains("\"message\":\"out of memory\"", "\"code\":\"engine_failed\"");
  }

  @Test
  void aStreamThatEndsInTheMiddleOfAnEventIsNotTakenForComplete() {
    String answer =
        failing(
            (seen, wire) -> {
              wire.events();
              wire.event(first());
              wire.chunk("data: {\"choices\":[{\"del");
              wire.cut();
            },
            ",\"stream\":true");

    assertThat(answer).contains("\"Hel\"").contains("\"code\":\"engine_gone\"");
    assertThat(answer).containsOnlyOnce("\"choices\"").doesNotContain("[DONE]", "\"stop\"");
  }

  @Test
  void aStreamThatEndsInGoodOrderButWithoutAnEndIsNotTakenForComplete() {
    String answer =
        failing(
            (seen, wire) -> {
              wire.events();
              wire.event(first());
              wire.end();
            },
            ",\"stream\":true");

    assertThat(answer).contains("\"Hel\"").contains("\"code\":\"engine_gone\"");
    assertThat(answer).doesNotContain("[DONE]", "\"stop\"");
  }

  @Test
  void whatIsNoJsonFailsTheStream() {
    String answer =
        failing(
            (seen, wire) -> {
              wire.events();
              wire.event(first());
              wire.event("{oops");
              wire.done();
            },
            ",\"stream\":true");

    assertThat(answer).contains("no JSON").contains("engine_failed").doesNotContain("[DONE]");
  }

  @Test
  void anEngineThatDiesBehindTheEndCostsNothing() {
    String answer =
        failing(
            (seen, wire) -> {
              wire.events();
              wire.chunk(Deviation.NONE.stream(LooseEngine.chunks(false)));
              wire.cut();
            },
            ",\"stream\":true");

    assertThat(answer).endsWith("data: [DONE]\n\n").doesNotContain("engine_gone");
  }

  @Test
  void anEventIsPassedOnAsSoonAsItIsWhole() throws Exception {
    java.util.concurrent.CountDownLatch goOn = new java.util.concurrent.CountDownLatch(1);
    try (ScriptedEngine slow =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event(first());
                  goOn.await();
                  wire.done();
                });
        Wire client = fixture.wire()) {
      fixture.loose("slow-1", slow.port());

      client.post(CHAT, "{\"model\":\"slow\",\"stream\":true}").until("\"Hel\"");
      goOn.countDown();

      assertThat(client.until("[DONE]\n\n")).contains("\"finish_reason\":\"stop\"");
    }
  }

  @Test
  void anEventThatIsTooLargeIsRefused() {
    try (EdgeFixture narrow =
            new EdgeFixture(
                "inference.translated-answer-size = 1 KiB", Authenticator.OPEN, Optional.empty());
        ScriptedEngine large =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event(first());
                  wire.event("{\"x\":\"" + "y".repeat(2000) + "\"}");
                  wire.done();
                })) {
      narrow.loose("bench-1", large.port());

      assertThat(narrow.post(CHAT, "{\"model\":\"bench\",\"stream\":true}").body())
          .contains("\"Hel\"")
          .contains("not_supported")
          .doesNotContain("yyy", "[DONE]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHAT,
        COMPLETIONS,
        "/v1/embeddings",
        "/v1/responses",
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1/rerank",
        "/tokenize",
        "/detokenize"
      })
  void unknownFieldsReachTheEngineByteForByte(String path) throws IOException {
    String odd =
        "{ \"model\" :\"odd\",\t\"x\":1.50e+3 , \"a\\u0062\":\"\\u00e9\\/é\",\r\n"
            + "\"big\":123456789012345678901234567890.10,\"x\":{\"x\":[null , -0]}}\n";
    try (ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.loose("odd-1", front.port());

      fixture.post(path, odd);

      assertThat(front.seen().get(0).body()).isEqualTo(odd);
      assertThat(front.seen().get(0).path()).isEqualTo("/i/odd-1" + path);
    }
  }
}
