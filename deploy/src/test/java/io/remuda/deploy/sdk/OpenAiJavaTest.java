package io.remuda.deploy.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.SseException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import io.remuda.deploy.bytepath.BytePath;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What openai-java asks for beside {@link OpenAiJavaContract}, of an engine with a script. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiJavaTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final ScriptedEngine engine = ScriptedEngine.start(new TalkingEngine());
  private final BytePath path = BytePath.inProcess();
  private final OpenAIClient client;

  OpenAiJavaTest() {
    path.offer("talker", engine.base(), 16, Set.of("/v1/chat/completions"));
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(path.url() + "/v1")
            .apiKey("any")
            .maxRetries(2)
            .build();
  }

  @AfterAll
  void close() {
    client.close();
    path.close();
    engine.close();
  }

  private static ChatCompletionCreateParams.Builder chat(String says) {
    return ChatCompletionCreateParams.builder().model("talker").addUserMessage(says);
  }

  private static String text(ChatCompletion answer) {
    return answer.validate().choices().get(0).message().content().orElse("");
  }

  @Test
  void hearsJsonOfASchema() {
    ResponseFormatJsonSchema.JsonSchema weather =
        ResponseFormatJsonSchema.JsonSchema.builder()
            .name("weather")
            .strict(true)
            .schema(
                ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty(
                        "properties",
                        JsonValue.from(
                            Map.of(
                                "city",
                                Map.of("type", "string"),
                                "degrees",
                                Map.of("type", "integer"))))
                    .putAdditionalProperty("required", JsonValue.from(List.of("city", "degrees")))
                    .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                    .build())
            .build();

    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                chat("hi schema")
                    .responseFormat(ResponseFormatJsonSchema.builder().jsonSchema(weather).build())
                    .build());

    assertThat(text(answer)).isEqualTo("{\"city\":\"Oslo\",\"degrees\":7}");
    assertThat(asked("hi schema"))
        .singleElement()
        .extracting(ScriptedEngine.Seen::body)
        .asString()
        .contains("\"json_schema\"", "\"degrees\":{\"type\":\"integer\"}");
  }

  @Test
  void hearsAResponseInOnePieceAndAsAStreamThatItsAccumulatorAccepts() {
    ResponseCreateParams question =
        ResponseCreateParams.builder().model("talker").input("hi").build();
    ResponseAccumulator accumulator = ResponseAccumulator.create();

    Response whole = client.responses().create(question).validate();
    try (StreamResponse<ResponseStreamEvent> events =
        client.responses().createStreaming(question)) {
      events.stream().forEach(event -> accumulator.accumulate(event.validate()));
    }

    assertThat(text(whole)).isEqualTo("Hello");
    assertThat(text(accumulator.response().validate())).isEqualTo("Hello");
    assertThat(whole.usage().orElseThrow().totalTokens()).isEqualTo(5);
  }

  private static String text(Response answer) {
    return answer.output().get(0).asMessage().content().get(0).asOutputText().text();
  }

  @Test
  void freesTheEngineWhenItLeavesAStream() {
    int before = engine.departed();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(chat("hang").build())) {
      assertThat(untilText(stream)).isEqualTo("Hel");
    }

    Eventually.isTrue("the engine was told", SOON, () -> engine.departed() == before + 1);
  }

  @Test
  void triesAgainWhenItIsToldTo() {
    ChatCompletion answer = client.chat().completions().create(chat("full for java").build());

    assertThat(text(answer)).isEqualTo("Hello");
    assertThat(asked("full for java")).hasSize(2);
  }

  @Test
  void raisesATypedErrorForAStreamThatBreaks() {
    StringBuilder heard = new StringBuilder();
    SseException failure =
        catchThrowableOfType(
            SseException.class,
            () -> {
              try (StreamResponse<ChatCompletionChunk> stream =
                  client.chat().completions().createStreaming(chat("break").build())) {
                stream.stream().forEach(chunk -> heard.append(piece(chunk)));
              }
            });

    assertThat(heard).hasToString("Hel");
    assertThat(failure.code()).isEqualTo(Optional.of("engine_gone"));
    assertThat(failure).hasMessageContaining("send the request again");
    assertThat(asked("break")).as("nothing is replayed after the first byte").hasSize(1);
  }

  private static String untilText(StreamResponse<ChatCompletionChunk> stream) {
    Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
    String piece = "";
    while (piece.isEmpty()) {
      piece = piece(chunks.next());
    }
    return piece;
  }

  private static String piece(ChatCompletionChunk chunk) {
    return chunk.validate().choices().get(0).delta().content().orElse("");
  }

  /** What reached the engine with these words. */
  private List<ScriptedEngine.Seen> asked(String words) {
    return engine.seen().stream().filter(seen -> seen.body().contains(words)).toList();
  }
}
