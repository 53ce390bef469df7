package io.remuda.deploy.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** A running gateway, asked as clients ask it. */
final class Gateway {

  /** An answer: status, body, and the headers that say which request and which instance. */
  record Answer(int status, String text, Optional<String> requestId, Optional<String> instance) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException("no JSON: " + text, e);
      }
    }

    String code() {
      return json().path("error").path("code").asText();
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final String url;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Gateway(String url) {
    this.url = url;
  }

  String url() {
    return url;
  }

  Answer get(String path) {
    return send("GET", path, "", Map.of());
  }

  Answer post(String path, String body) {
    return send("POST", path, body, Map.of());
  }

  Answer put(String path, String body) {
    return send("PUT", path, body, Map.of());
  }

  Answer delete(String path) {
    return send("DELETE", path, "", Map.of());
  }

  Answer send(String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(LIMIT)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.setHeader("Content-Type", "application/json");
    }
    request.setHeader("Accept", "application/json");
    headers.forEach(request::setHeader);
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("x-request-id"),
          response.headers().firstValue("x-remuda-instance"));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + url + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A chat, answered as a whole. */
  Answer chat(String model, String question) {
    return post("/v1/chat/completions", chat(model, question, false));
  }

  /** A chat, answered as a stream, read to its end. */
  Answer stream(String model, String question) {
    return post("/v1/chat/completions", chat(model, question, true));
  }

  private static String chat(String model, String question, boolean stream) {
    return """
        {"model":"%s","max_tokens":16,"stream":%s,"messages":[{"role":"user","content":"%s"}]}"""
        .formatted(model, stream, question);
  }

  JsonNode deployment(String name) {
    return get("/v1/deployments/" + name).json();
  }

  String phase(String name) {
    return deployment(name).path("phase").asText();
  }

  List<JsonNode> instances(String name) {
    return deployment(name).findValues("instances").stream()
        .flatMap(all -> java.util.stream.StreamSupport.stream(all.spliterator(), false))
        .toList();
  }

  /** The instances of {@code name} that are READY. */
  List<JsonNode> ready(String name) {
    return instances(name).stream()
        .filter(instance -> instance.path("phase").asText().equals("READY"))
        .toList();
  }

  /** Process ids of their engines, in order. */
  List<Long> pids(String name) {
    return ready(name).stream().map(instance -> instance.path("pid").asLong()).sorted().toList();
  }

  /**
   * The process id of the only engine of {@code name}, once it is told: a gateway may have its
   * route before the registry has heard of it.
   */
  long awaitPid(String name, Duration limit) {
    List<Long> only =
        Eventually.find(
            "one engine of " + name + " serves",
            limit,
            () -> Optional.of(pids(name)).filter(pids -> pids.size() == 1));
    return only.get(0);
  }

  void awaitPhase(String name, String phase, Duration limit) {
    Eventually.isTrue(
        name + " is " + phase,
        limit,
        () -> {
          JsonNode seen = deployment(name);
          if (!seen.path("phase").asText().equals(phase)) {
            throw new AssertionError(seen.toString());
          }
          return true;
        });
  }
}
