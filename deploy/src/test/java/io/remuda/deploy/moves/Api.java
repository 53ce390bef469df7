package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A gateway's API for deployments, as an operator's tool asks it. */
final class Api {

  /** Above what any step of a measurement takes on a machine that has other work too. */
  static final Duration LIMIT = Duration.ofSeconds(120);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String url;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Api(String url) {
    this.url = url;
  }

  /** Declares a new deployment. */
  void deploy(String name, String json) throws IOException, InterruptedException {
    send("PUT", "/v1/deployments/" + name, json);
  }

  /** Declares another version of one that there is. */
  void update(String name, String json) throws IOException, InterruptedException {
    send("PUT", "/v1/deployments/" + name, json, "if-match", "*");
  }

  void scale(String name, int replicas) throws IOException, InterruptedException {
    send("POST", "/v1/deployments/" + name + "/scale", "{\"replicas\":" + replicas + "}");
  }

  void promote(String name) throws IOException, InterruptedException {
    send("POST", "/v1/deployments/" + name + "/promote", "");
  }

  void rollBack(String name) throws IOException, InterruptedException {
    send("POST", "/v1/deployments/" + name + "/rollback", "");
  }

  /** Sets what an alias stands for, and waits until this gateway sends its requests there. */
  void alias(String name, String target) throws IOException, InterruptedException {
    send("PUT", "/v1/aliases/" + name, "{\"target\":\"" + target + "\"}");
    Eventually.isTrue(
        name + " is an alias of " + target,
        LIMIT,
        () -> get("/v1/models/" + name).path("alias_of").asText().equals(target));
  }

  /** Waits until this gateway sends requests to so many instances. */
  void awaitReady(String name, int instances) {
    Eventually.isTrue(
        "%d instances of %s are ready".formatted(instances, name),
        LIMIT,
        () -> get("/v1/models/" + name).at("/instances/ready").asInt() == instances);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(send("GET", path, ""));
  }

  JsonNode deployment(String name) throws IOException, InterruptedException {
    return get("/v1/deployments/" + name);
  }

  /** The newest events of a deployment that came after {@code id}, oldest first. */
  List<JsonNode> events(String name, long id) throws IOException, InterruptedException {
    List<JsonNode> events = new ArrayList<>();
    get("/v1/deployments/" + name + "/events").path("data").forEach(events::add);
    events.removeIf(event -> event.path("id").asLong() <= id);
    events.sort(Comparator.comparingLong(event -> event.path("id").asLong()));
    return events;
  }

  /** The id of a deployment's last event. */
  long lastEvent(String name) throws IOException, InterruptedException {
    return events(name, 0).stream().mapToLong(event -> event.path("id").asLong()).max().orElse(0);
  }

  /** Waits until a deployment has just so many instances, all ready and with {@code slots}. */
  void awaitServing(String name, int instances, int slots) {
    Eventually.isTrue(
        "%s has %d ready instances with %d slots".formatted(name, instances, slots),
        LIMIT,
        () -> {
          JsonNode seen = deployment(name);
          List<JsonNode> ready = new ArrayList<>();
          for (JsonNode each : seen.path("instances")) {
            if (each.path("phase").asText().equals("READY")
                && each.path("slots").asInt() == slots) {
              ready.add(each);
            }
          }
          if (ready.size() != instances || seen.path("instances").size() != instances) {
            throw new AssertionError(seen.path("phase").asText() + " " + seen.path("reason"));
          }
          return true;
        });
  }

  private String send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(LIMIT)
            .header("accept", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }
}
