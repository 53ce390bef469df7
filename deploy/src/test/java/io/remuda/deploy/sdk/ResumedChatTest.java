package io.remuda.deploy.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import io.remuda.deploy.bytepath.BytePath;
import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.LlamaServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real engines, of which one is killed while the strictest of the clients reads its stream. */
class ResumedChatTest {

  private static final int TOKENS = 2000;

  @TempDir Path folder;
  private final Map<String, Process> engines = new HashMap<>();

  @Test
  void aStreamWhoseEngineIsKilledIsReadAsOneThatWasNot() throws Exception {
    Path binary = LlamaServer.binary();
    Path model = folder.resolve("demo.gguf");
    BigramModel.ofDemoCorpus().writeGguf(model);
    try (BytePath path = BytePath.inProcess()) {
      for (String instance : new String[] {"chat-1", "chat-2"}) {
        int port = FreePort.next();
        engines.put(instance, engine(binary, model, port));
        path.offerContinuing(
            instance,
            URI.create("http://127.0.0.1:" + port),
            Set.of("/v1/chat/completions", "/v1/completions"));
      }
      OpenAIClient client =
          OpenAIOkHttpClient.builder()
              .baseUrl(path.url() + "/v1")
              .apiKey("any")
              .maxRetries(0)
              .build();

      ChatCompletion whole = read(client, Integer.MAX_VALUE);
      ChatCompletion joined = read(client, 20);

      assertThat(engines.values().stream().filter(Process::isAlive)).hasSize(1);
      String text = whole.choices().get(0).message().content().orElseThrow();
      assertThat(joined.choices().get(0).message().content()).hasValue(text);
      assertThat(joined.usage().orElseThrow().completionTokens()).isEqualTo(TOKENS);
      assertThat(joined.usage().orElseThrow().promptTokens())
          .isEqualTo(whole.usage().orElseThrow().promptTokens());
      client.close();
    } finally {
      engines.values().forEach(Process::destroyForcibly);
    }
  }

  /**
   * @param killed after so many chunks its engine is
   */
  private ChatCompletion read(OpenAIClient client, int killed) {
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder()
            .model("chat")
            .addUserMessage("Tell me of the herd")
            .temperature(0)
            .maxCompletionTokens(TOKENS)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true))
            .build();
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    int chunks = 0;
    int seams = 0;
    try (HttpResponseFor<StreamResponse<ChatCompletionChunk>> raw =
            client.chat().completions().withRawResponse().createStreaming(params);
        StreamResponse<ChatCompletionChunk> stream = raw.parse()) {
      String instance = raw.headers().values("x-remuda-instance").get(0);
      for (Iterator<ChatCompletionChunk> each = stream.stream().iterator(); each.hasNext(); ) {
        ChatCompletionChunk chunk = each.next().validate();
        accumulator.accumulate(chunk);
        seams += chunk._additionalProperties().containsKey("remuda") ? 1 : 0;
        if (++chunks == killed) {
          Objects.requireNonNull(engines.get(instance)).destroyForcibly();
        }
      }
    }
    System.out.printf("%d chunks, %d seams%n", chunks, seams);
    assertThat(seams).isEqualTo(killed < TOKENS ? 1 : 0);
    return accumulator.chatCompletion().validate();
  }

  private Process engine(Path binary, Path model, int port) throws Exception {
    Process engine =
        new ProcessBuilder(
                binary.toString(),
                "-m",
                model.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "-c",
                "8192",
                "-np",
                "1",
                "--threads",
                "1",
                "--threads-http",
                "4",
                "--no-webui",
                "--offline")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(port + ".log").toFile())
            .start();
    HttpRequest health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
    HttpClient asking = HttpClient.newHttpClient();
    Eventually.passes(
        "the engine is ready",
        Duration.ofSeconds(20),
        () ->
            assertThat(asking.send(health, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(200));
    return engine;
  }
}
