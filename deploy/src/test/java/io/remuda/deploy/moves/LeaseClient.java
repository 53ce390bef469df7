package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.remuda.protocol.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A client of leases; its connections are kept. */
final class LeaseClient {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String LEASES = "/v1/leases";

  private final String url;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  LeaseClient(String url) {
    this.url = url;
  }

  /**
   * An answer.
   *
   * @param body missing where the answer was no JSON
   */
  record Answer(int status, JsonNode body, String text) {

    private static Answer of(HttpResponse<String> answer) {
      boolean json =
          answer
              .headers()
              .firstValue("content-type")
              .filter(type -> type.startsWith("application/json"))
              .isPresent();
      try {
        JsonNode body = json ? MAPPER.readTree(answer.body()) : MissingNode.getInstance();
        return new Answer(answer.statusCode(), body, answer.body());
      } catch (IOException cut) {
        return new Answer(answer.statusCode(), MissingNode.getInstance(), answer.body());
      }
    }

    boolean isReady() {
      return status < 300 && body.path("state").asText().equals("READY");
    }

    String id() {
      return body.path("id").asText();
    }

    /** The lease, or a failure where it is not READY. */
    Held held() throws IOException {
      if (!isReady()) {
        throw new IOException("not READY: " + status + " " + text);
      }
      return new Held(
          id(),
          body.path("token").asText(),
          body.path("endpoint").asText(),
          body.at("/instances/0/instance").asText());
    }

    /** Whether a model's answer is good and whole. */
    boolean isAnswered() {
      return Asked.outcome(status, text, false) == Asked.Outcome.ANSWERED;
    }
  }

  /** A lease of one model that was READY, as it was then. */
  record Held(String id, String token, String endpoint, String instance) {

    String shown() {
      return id + "." + token;
    }
  }

  /** Asks for a lease: READY where an instance is free, else PENDING. */
  Answer acquire(String model, int ttlSeconds) throws IOException, InterruptedException {
    String wish = "{\"model\":\"%s\",\"ttlSeconds\":%d}".formatted(model, ttlSeconds);
    return send("POST", url + LEASES, wish);
  }

  /** Asks for a lease and waits until it is READY. */
  Held ready(String model, int ttlSeconds) throws IOException, InterruptedException {
    return awaited(acquire(model, ttlSeconds));
  }

  /** Asks for a share of so many slots and waits until it is READY. */
  Held share(String model, int slots, int ttlSeconds) throws IOException, InterruptedException {
    String wish =
        "{\"model\":\"%s\",\"exclusive\":false,\"slots\":%d,\"ttlSeconds\":%d}"
            .formatted(model, slots, ttlSeconds);
    return awaited(send("POST", url + LEASES, wish));
  }

  private Held awaited(Answer first) throws IOException, InterruptedException {
    Answer answer = first;
    long end = System.nanoTime() + Api.LIMIT.toNanos();
    while (answer.status() < 300 && !answer.isReady() && System.nanoTime() - end < 0) {
      answer = send("GET", waiting(answer.id()), "");
    }
    return answer.held();
  }

  /** Where a lease stands. */
  Answer look(String id) throws IOException, InterruptedException {
    return send("GET", url + LEASES + "/" + id, "");
  }

  /** The answer of a client that waits until the lease is PENDING no more. */
  CompletableFuture<Answer> waits(String id) {
    return client
        .sendAsync(request("GET", waiting(id), ""), BodyHandlers.ofString())
        .thenApply(Answer::of);
  }

  private String waiting(String id) {
    return url + LEASES + "/" + id + "?wait=30s";
  }

  /** Asks for another time to live, whatever the answer is. */
  void renew(String id) throws IOException, InterruptedException {
    Answer unused = send("POST", url + LEASES + "/" + id + "/renew", "");
  }

  /** Lets go of one that has not ended; everything else is a failure. */
  void release(String id) throws IOException, InterruptedException {
    Answer answer = send("DELETE", url + LEASES + "/" + id, "");
    if (answer.status() != 204) {
      throw new IOException("not released: " + answer.status() + " " + answer.text());
    }
  }

  /** A question under a lease, as its holder asks it. */
  Answer askUnder(Held lease, String model) throws IOException, InterruptedException {
    return ask(lease.endpoint(), model);
  }

  /** The same, past the gateways: at the machine of the instance. */
  Answer askUnder(Held lease, String model, Door door) throws IOException, InterruptedException {
    return ask(
        "http://%s/i/%s/v1".formatted(door.front(), lease.instance()),
        model,
        Keys.CLUSTER_KEY_HEADER,
        door.clusterKey(),
        Keys.LEASE_HEADER,
        lease.shown());
  }

  /** A question as everybody asks it. */
  Answer askFreely(String model) throws IOException, InterruptedException {
    return ask(url + "/v1", model);
  }

  /** How gateways reach a machine. */
  record Door(String front, String clusterKey) {}

  private Answer ask(String base, String model, String... headers)
      throws IOException, InterruptedException {
    return send(
        "POST",
        base + "/chat/completions",
        """
        {"model":"%s","max_tokens":2,"messages":[{"role":"user","content":"the horse"}]}\
        """
            .formatted(model),
        headers);
  }

  private Answer send(String method, String address, String body, String... headers)
      throws IOException, InterruptedException {
    return Answer.of(client.send(request(method, address, body, headers), BodyHandlers.ofString()));
  }

  private static HttpRequest request(
      String method, String address, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .timeout(Api.LIMIT)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("content-type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }
}
