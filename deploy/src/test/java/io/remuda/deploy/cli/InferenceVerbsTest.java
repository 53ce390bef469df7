package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asking models from the command line. */
final class InferenceVerbsTest {

  private static final String CHUNKS =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
          + ": keep-alive\n\n"
          + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"A fine \"}}]}\n\n"
          + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"horse\"}}]}\n\n"
          + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          + "data: {\"choices\":[],\"usage\":{\"total_tokens\":5}}\n\n";

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void printsTheWordsOfAnAnswer() {
    stream(CHUNKS + "data: [DONE]\n\n");

    Typed typed = type("", "run", "demo", "tell", "me", "--system", "be kind", "--max-tokens", "9");

    assertThat(typed.out()).isEqualTo("A fine horse\n");
    assertThat(typed.exit()).isZero();
    assertThat(gateway.last().body())
        .contains("\"content\":\"tell me\"", "\"role\":\"system\"", "\"max_tokens\":9");
  }

  @Test
  void readsTheQuestionFromStandardInput() {
    stream(CHUNKS + "data: [DONE]\n\n");

    assertThat(type("what is a mule?\n", "run", "demo").exit()).isZero();
    assertThat(gateway.last().body()).contains("\"what is a mule?\"");
  }

  @Test
  void saysThatAnAnswerWithoutItsEndMayNotBeWhole() {
    stream(CHUNKS);

    Typed typed = type("", "run", "demo", "hello");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("without [DONE]");
  }

  @Test
  void showsAnErrorThatComesInTheMiddle() {
    stream(
        CHUNKS
            + "data: {\"error\":{\"message\":\"the engine ended\",\"code\":\"engine_gone\"}}\n\n");

    Typed typed = type("", "run", "demo", "hello");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("the answer broke off: the engine ended");
  }

  @Test
  void showsARefusalInTheWordsOfTheGateway() {
    gateway.on(
        "POST /v1/chat/completions",
        404,
        "{\"error\":{\"message\":\"there is no model 'no'\",\"code\":\"model_not_found\"}}");

    Typed typed = type("", "run", "no", "hello");

    assertThat(typed.exit()).isEqualTo(3);
    assertThat(typed.err()).contains("there is no model 'no' [request req-7]");
  }

  @Test
  void talksTurnByTurnAndKeepsWhatWasSaid() {
    stream(CHUNKS + "data: [DONE]\n\n");

    Typed typed = type("first\n\nsecond\n", "chat", "demo", "--system", "be brief");

    assertThat(typed.out()).isEqualTo("A fine horse\nA fine horse\n");
    assertThat(gateway.last().body())
        .contains("\"first\"", "\"assistant\",\"content\":\"A fine horse\"", "\"second\"");
  }

  @Test
  void printsOneVectorALine() {
    gateway.on(
        "POST /v1/embeddings",
        200,
        "{\"data\":[{\"embedding\":[1.0,2.5]},{\"embedding\":[0.5,3.0]}]}");

    assertThat(type("", "embed", "vectors", "a", "b").out()).isEqualTo("[1.0,2.5]\n[0.5,3.0]\n");
    assertThat(type("", "embed", "vectors", "a", "-o", "json").out()).contains("embedding");
  }

  @Test
  void asksATypedModel() {
    gateway.on("POST /v1/models/sentiment/predict", 200, "{\"label\":\"POSITIVE\",\"score\":0.9}");

    Typed typed = type("", "infer", "sentiment", "{\"text\":\"fine\"}", "-o", "json");

    assertThat(typed.out()).contains("POSITIVE");
    assertThat(type("", "infer", "sentiment", "{oops").exit()).isEqualTo(2);
  }

  private void stream(String body) {
    gateway.on("POST /v1/chat/completions", 200, "text/event-stream; charset=utf-8", body);
  }

  private Typed type(String stdin, String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), Path.of("/nonexistent"), stdin, args);
  }
}
