package io.remuda.deploy.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.StringValue;
import com.sun.net.httpserver.HttpServer;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A worker that is no engine of Remuda's: it shouts back what it is told. */
final class ForeignWorker implements AutoCloseable {

  /** In a text: it fails, and repeats the text as the reason. */
  static final String FAILS = "fails";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService pinging = Executors.newSingleThreadScheduledExecutor();
  private final HttpServer server;
  private final String node;
  private final String key;

  ForeignWorker(String node, String key) throws IOException {
    this.node = node;
    this.key = key;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/health",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.createContext(
        "/predict",
        exchange -> {
          StringValue input = StringValue.parseFrom(exchange.getRequestBody());
          if (input.getValue().contains(FAILS)) {
            byte[] reason = input.getValue().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(500, reason.length);
            exchange.getResponseBody().write(reason);
            exchange.close();
            return;
          }
          byte[] answer = StringValue.of(input.getValue().toUpperCase(Locale.ROOT)).toByteArray();
          exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  HttpResponse<String> join(String name, String model) throws Exception {
    return join(
        name, model, SchemaCodec.of(StringValue.getDescriptor(), StringValue.getDescriptor()));
  }

  HttpResponse<String> join(String name, String model, Schema schema) throws Exception {
    String body =
        """
        {"worker": "%s", "model": "%s", "address": "http://127.0.0.1:%d",
         "schema": {"descriptors": "%s", "input": "%s", "output": "%s"}}\
        """
            .formatted(
                name,
                model,
                server.getAddress().getPort(),
                schema.descriptors(),
                schema.inputType(),
                schema.outputType());
    return send("POST", "/v1/instances", body);
  }

  static JsonNode json(HttpResponse<String> answer) throws IOException {
    return MAPPER.readTree(answer.body());
  }

  /** From now on, until it is killed. */
  void pings(String id) {
    pinging.scheduleWithFixedDelay(
        () -> {
          try {
            ping(id);
          } catch (Exception e) {
            // The next one may arrive.
          }
        },
        0,
        100,
        TimeUnit.MILLISECONDS);
  }

  HttpResponse<String> ping(String id) throws Exception {
    return send("POST", "/v1/instances/" + id + "/ping", "");
  }

  HttpResponse<String> leave(String id) throws Exception {
    return send("DELETE", "/v1/instances/" + id, "");
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(node + path))
            .timeout(java.time.Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("authorization", "Bearer " + key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Ends as a kill would end it: nobody is told. */
  @Override
  public void close() {
    pinging.shutdownNow();
    server.stop(0);
  }
}
