package io.remuda.deploy.usage;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/**
 * Tokens as a llama-server counts them.
 *
 * @param prompt tokens of prompts that it read; those that it had in its cache are not among them
 * @param generated tokens that it wrote
 */
record EngineCounters(long prompt, long generated) {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Of the one on that port, once it has nothing to do. */
  static EngineCounters ofIdle(int port) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest question =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
            .timeout(LIMIT)
            .build();
    return Eventually.find(
        "the engine is idle",
        LIMIT,
        () -> {
          String text = http.send(question, BodyHandlers.ofString()).body();
          return value(text, "requests_processing") == 0
              ? Optional.of(
                  new EngineCounters(
                      value(text, "prompt_tokens_total"), value(text, "tokens_predicted_total")))
              : Optional.empty();
        });
  }

  /** What is shown of one line of use, as the engine counts it. */
  static EngineCounters shown(JsonNode used) {
    return new EngineCounters(
        used.path("promptTokens").asLong() - used.path("cachedTokens").asLong(),
        used.path("completionTokens").asLong());
  }

  EngineCounters plus(EngineCounters more) {
    return new EngineCounters(prompt + more.prompt, generated + more.generated);
  }

  EngineCounters since(EngineCounters before) {
    return new EngineCounters(prompt - before.prompt, generated - before.generated);
  }

  private static long value(String text, String name) throws IOException {
    String begin = "llamacpp:" + name + " ";
    return text.lines()
        .filter(line -> line.startsWith(begin))
        .mapToLong(line -> Math.round(Double.parseDouble(line.substring(begin.length()))))
        .findFirst()
        .orElseThrow(() -> new IOException("no " + name + " in: " + text));
  }
}
