package io.remuda.node.sdk.host;

import com.google.protobuf.StringValue;
import io.remuda.protocol.testing.Eventually;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A host in this JVM, and a client of it. */
final class HostBench implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);

  /** The status of a call that its model did not answer in time. */
  static final int LATE = 504;

  /** An answer: its status, and its message or sentence. */
  record Said(int status, String text) {}

  final BlockingQueue<String> endings = new LinkedBlockingQueue<>();
  final ModelHost host;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  static {
    // As ModelHost's main does; without it each small answer waits for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private HostBench(Path jar, String... options) throws Exception {
    List<String> line = new ArrayList<>(List.of("serve", "--jar", jar.toString()));
    line.addAll(List.of("--name", "sample"));
    line.addAll(List.of(options));
    host = ModelHost.serve(HostOptions.parse(line.toArray(String[]::new)), endings::add);
  }

  static HostBench serving(Path jar, String... options) throws Exception {
    return new HostBench(jar, options);
  }

  Said predict(String text) throws Exception {
    return later(text).get(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
  }

  /** As {@link #predict}; where the machine stood still for the model's time-out, asked again. */
  Said predictInTime(String text) {
    return Eventually.find(
        "an answer in time",
        LIMIT,
        () -> Optional.of(predict(text)).filter(said -> said.status() != LATE));
  }

  CompletableFuture<Said> later(String text) {
    return client
        .sendAsync(
            request("/predict")
                .header("content-type", HostServer.PROTOBUF)
                .header("accept", HostServer.PROTOBUF)
                .POST(HttpRequest.BodyPublishers.ofByteArray(StringValue.of(text).toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(HostBench::said);
  }

  private static Said said(HttpResponse<byte[]> response) {
    try {
      return new Said(
          response.statusCode(),
          response.statusCode() == 200
              ? StringValue.parseFrom(response.body()).getValue()
              : new String(response.body(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The messages of a stream; fails with an IOException when the stream is cut. */
  List<String> stream(String text) throws Exception {
    HttpResponse<byte[]> response = send(streaming(text));
    if (response.statusCode() != 200) {
      throw new AssertionError(said(response));
    }
    return messages(response.body());
  }

  HttpRequest streaming(String text) {
    return request("/predict")
        .header("content-type", HostServer.PROTOBUF)
        .header("accept", HostServer.SEQUENCE)
        .POST(HttpRequest.BodyPublishers.ofByteArray(StringValue.of(text).toByteArray()))
        .build();
  }

  static List<String> messages(byte[] body) throws IOException {
    List<String> found = new ArrayList<>();
    ByteArrayInputStream in = new ByteArrayInputStream(body);
    StringValue next = StringValue.parseDelimitedFrom(in);
    while (next != null) {
      found.add(next.getValue());
      next = StringValue.parseDelimitedFrom(in);
    }
    return found;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + path))
        .timeout(LIMIT);
  }

  HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() throws Exception {
    host.close();
  }
}
