package io.remuda.deploy.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What openai-java, the strictest of the official clients, demands of a gateway. */
public interface OpenAiJavaContract {

  /** The gateway under test. */
  String url();

  /** A chat model that is READY. */
  default String model() {
    return "demo";
  }

  /** An embedding model that is READY. */
  String embeddingModel();

  private OpenAIClient client() {
    return OpenAIOkHttpClient.builder().baseUrl(url() + "/v1").apiKey("any").maxRetries(0).build();
  }

  private ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder()
        .model(model())
        .maxCompletionTokens(16)
        .addUserMessage("the horse");
  }

  @Test
  default void listsTheModels() {
    List<String> names = client().models().list().data().stream().map(Model::id).toList();

    assertThat(names).contains(model());
  }

  @Test
  default void answersAChat() {
    ChatCompletion answer = client().chat().completions().create(chat().build()).validate();

    assertThat(answer.choices()).hasSize(1);
    assertThat(answer.choices().get(0).message().content()).hasValueSatisfying(this::isText);
    assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
  }

  @Test
  default void streamsAChatThatTheAccumulatorAccepts() {
    ChatCompletionCreateParams params =
        chat()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();

    try (StreamResponse<ChatCompletionChunk> stream =
        client().chat().completions().createStreaming(params)) {
      stream.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
    }

    ChatCompletion whole = accumulator.chatCompletion().validate();
    assertThat(whole.choices().get(0).message().content()).hasValueSatisfying(this::isText);
    assertThat(whole.usage().orElseThrow().completionTokens()).isPositive();
  }

  @Test
  default void completesAPrompt() {
    var answer =
        client()
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model(model())
                    .prompt("the horse")
                    .maxTokens(8)
                    .build())
            .validate();

    isText(answer.choices().get(0).text());
  }

  @Test
  default void embedsTwoTexts() {
    CreateEmbeddingResponse answer =
        client()
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(embeddingModel())
                    .inputOfArrayOfStrings(List.of("the horse", "a lame mule"))
                    .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                    .build())
            .validate();

    assertThat(answer.data()).hasSize(2);
    assertThat(answer.data().get(0).embedding())
        .isNotEmpty()
        .hasSameSizeAs(answer.data().get(1).embedding())
        .isNotEqualTo(answer.data().get(1).embedding());
  }

  @Test
  default void raisesNotFoundForAnUnknownModel() {
    NotFoundException failure =
        catchThrowableOfType(
            NotFoundException.class,
            () -> client().chat().completions().create(chat().model("no-such-model").build()));

    assertThat(failure.code()).isEqualTo(Optional.of("model_not_found"));
    assertThat(failure.headers().values("x-request-id")).isNotEmpty();
  }

  @Test
  default void raisesBadRequestForMessagesThatAreNone() {
    BadRequestException failure =
        catchThrowableOfType(
            BadRequestException.class,
            () ->
                client()
                    .chat()
                    .completions()
                    .create(
                        chat()
                            .putAdditionalBodyProperty(
                                "messages", com.openai.core.JsonValue.from("none"))
                            .build()));

    assertThat(failure.getMessage()).isNotBlank();
  }

  private void isText(String text) {
    assertThat(text).isNotBlank();
  }
}
