package io.remuda.deploy.usage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.deploy.moves.SmallFleet;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A registry, a machine and two gateways in this JVM that ask for keys and count what is used. */
final class MeteredFleet implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final SmallFleet fleet;
  private final List<String> gateways;

  /** A key that both gateways know. */
  record Key(String id, String secret) {}

  private MeteredFleet(SmallFleet fleet) {
    this.fleet = fleet;
    this.gateways = List.of(fleet.url(), fleet.addGateway(Map.of()));
  }

  /**
   * @param settings of all nodes
   */
  static MeteredFleet start(Path folder, Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("remuda.gateway.auth", true);
    all.put("remuda.gateway.usage.hand-in-interval", "100ms");
    // A machine that stalls is no registry that is away: each gateway would go on by itself.
    all.put("remuda.gateway.limits.alone-after", "60s");
    all.put("remuda.metrics.tick", "200ms");
    return new MeteredFleet(SmallFleet.start(folder, all, Map.of()));
  }

  /** Addresses of both. */
  List<String> gateways() {
    return gateways;
  }

  /** Declares a deployment, and waits until both gateways send requests to its instance. */
  void deploy(String name, String json) throws Exception {
    changed("PUT", "/v1/deployments/" + name, json);
    for (String gateway : gateways) {
      Eventually.isTrue(
          name + " is ready for " + gateway,
          LIMIT,
          () ->
              MAPPER
                      .readTree(send(gateway, "GET", "/v1/models/" + name, "").body())
                      .at("/instances/ready")
                      .asInt()
                  == 1);
    }
  }

  /** The port of the only engine of {@code name}. */
  int enginePort(String name) {
    return Eventually.find(
        "its port is told",
        LIMIT,
        () ->
            Optional.of(get("/v1/deployments/" + name).at("/instances/0/port").asInt())
                .filter(port -> port > 0));
  }

  /** Limits a tenant; the second gateway may take a moment to know it. */
  void limit(String tenant, String json) throws Exception {
    changed("PUT", "/v1/tenants/" + tenant + "/limits", json);
  }

  /** Makes a key, and waits until both gateways let it in. */
  Key key(String json) throws Exception {
    JsonNode made = MAPPER.readTree(changed("POST", "/v1/keys", json));
    Key key = new Key(made.path("id").asText(), made.path("key").asText());
    for (String gateway : gateways) {
      Eventually.isTrue(
          "the key is known at " + gateway,
          LIMIT,
          () ->
              http.send(
                          request(gateway, "/v1/models", key).GET().build(),
                          BodyHandlers.discarding())
                      .statusCode()
                  == 200);
    }
    return key;
  }

  /** Asks a model. */
  CompletableFuture<HttpResponse<String>> ask(String gateway, Key key, String path, String body) {
    return http.sendAsync(
        request(gateway, path, key).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  /**
   * One line of what was used.
   *
   * @param question that has it alone
   */
  JsonNode used(String question) throws Exception {
    return get("/v1/usage?" + question).path("data").path(0);
  }

  /** What the first gateway measures: all that is in this JVM. */
  String metrics() throws Exception {
    return send(fleet.url(), "GET", "/metrics", "").body();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(send(fleet.url(), "GET", path, "").body());
  }

  private String changed(String method, String path, String json)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = send(fleet.url(), method, path, json);
    if (answer.statusCode() >= 300) {
      throw new IOException(method + " " + path + ": " + answer.statusCode() + answer.body());
    }
    return answer.body();
  }

  private HttpResponse<String> send(String gateway, String method, String path, String body)
      throws IOException, InterruptedException {
    Key admin = new Key("admin", fleet.adminKey());
    return http.send(
        request(gateway, path, admin)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String gateway, String path, Key key) {
    return HttpRequest.newBuilder(URI.create(gateway + path))
        .timeout(LIMIT)
        .header("content-type", "application/json")
        .header("authorization", "Bearer " + key.secret());
  }

  @Override
  public void close() throws Exception {
    fleet.close();
  }
}
