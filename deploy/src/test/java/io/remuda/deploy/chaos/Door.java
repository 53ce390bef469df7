package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fleet as an operator asks it: by whichever gateway answers. */
final class Door {

  /** An answer of the API. */
  record Answer(int status, JsonNode json) {}

  /** Above what a registry gets to answer a gateway. */
  private static final Duration LIMIT = Duration.ofSeconds(12);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> urls;
  private final String key;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  Door(List<String> urls, String key) {
    this.urls = List.copyOf(urls);
    this.key = key;
  }

  /** The answer to a question, when it is 200. */
  Optional<JsonNode> get(String path) {
    return ask("GET", path, "", Map.of())
        .filter(answer -> answer.status() == 200)
        .map(Answer::json);
  }

  /** The answer to a change; empty when no gateway gave one. */
  Optional<Answer> put(String path, String body) {
    return ask("PUT", path, body, Map.of());
  }

  /**
   * The answer of the first gateway that gives one; empty when none does.
   *
   * @param body JSON, or empty
   */
  Optional<Answer> ask(String method, String path, String body, Map<String, String> headers) {
    for (String url : urls) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(url + path))
              .timeout(LIMIT)
              .header("Authorization", "Bearer " + key)
              .header("Accept", "application/json")
              .method(
                  method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
      if (!body.isEmpty()) {
        request.header("Content-Type", "application/json");
      }
      headers.forEach(request::header);
      try {
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return Optional.of(new Answer(response.statusCode(), JSON.readTree(response.body())));
      } catch (IOException away) {
        continue; // The other gateway may know.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
