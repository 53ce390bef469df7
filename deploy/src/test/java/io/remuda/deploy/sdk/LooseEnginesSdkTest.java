package io.remuda.deploy.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import io.remuda.deploy.bytepath.BytePath;
import io.remuda.protocol.testing.Deviation;
import io.remuda.protocol.testing.LooseEngine;
import io.remuda.protocol.testing.ScriptedEngine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The strictest of the official clients against engines that deviate in every known way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LooseEnginesSdkTest {

  private final ScriptedEngine engine = ScriptedEngine.start(new LooseEngine());
  private final BytePath path = BytePath.inProcess();
  private final OpenAIClient client;

  LooseEnginesSdkTest() {
    path.offerLoose("bench", engine.base(), Set.of("/v1/chat/completions", "/v1/completions"));
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(path.url() + "/v1")
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  void close() {
    client.close();
    path.close();
    engine.close();
  }

  /** The engine takes the user for the name of what it is to do. */
  private static ChatCompletionCreateParams.Builder chat(Deviation deviation) {
    return ChatCompletionCreateParams.builder()
        .model("bench")
        .putAdditionalBodyProperty("user", JsonValue.from(deviation.name()))
        .addUserMessage("hi");
  }

  private static ChatCompletionCreateParams withTools(Deviation deviation) {
    return chat(deviation).putAdditionalBodyProperty("tools", JsonValue.from(List.of())).build();
  }

  private ChatCompletion accumulated(ChatCompletionCreateParams params) {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
    }
    return accumulator.chatCompletion().validate();
  }

  @ParameterizedTest
  @EnumSource
  void theAccumulatorAcceptsAStream(Deviation deviation) {
    isHello(accumulated(chat(deviation).build()));
  }

  @ParameterizedTest
  @EnumSource
  void theAccumulatorAcceptsAStreamOfToolCalls(Deviation deviation) {
    callsBoth(accumulated(withTools(deviation)));
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerInOnePieceIsValid(Deviation deviation) {
    isHello(client.chat().completions().create(chat(deviation).build()).validate());
    callsBoth(client.chat().completions().create(withTools(deviation)).validate());
    Completion text =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model("bench")
                    .prompt("hi")
                    .putAdditionalBodyProperty("user", JsonValue.from(deviation.name()))
                    .build())
            .validate();
    assertThat(text.choices().get(0).text()).isEqualTo("Hello");
  }

  private static void isHello(ChatCompletion answer) {
    ChatCompletion.Choice choice = answer.choices().get(0);
    assertThat(choice.message().content()).hasValue("Hello");
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(5);
  }

  private static void callsBoth(ChatCompletion answer) {
    ChatCompletion.Choice choice = answer.choices().get(0);
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(
            choice.message().toolCalls().orElseThrow().stream()
                .map(call -> call.asFunction().function())
                .map(function -> function.name() + " " + function.arguments()))
        .containsExactly("weather {\"city\":\"Oslo\"}", "time {\"zone\":\"CET\"}");
  }
}
