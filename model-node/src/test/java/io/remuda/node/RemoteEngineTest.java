package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are served by a server elsewhere, from the machine's own list. */
class RemoteEngineTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final InstanceId FAR = new InstanceId(new ModelName("far"), 7);

  @TempDir Path data;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private RunningNode running;

  @BeforeEach
  void start() throws IOException {
    server = serve(FreePort.next());
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.engine.remotes.lab.url", address,
                "remuda.node.instance.watch-interval", "100ms",
                "remuda.node.instance.answer-limit", "3s"));
    running.settle();
  }

  @AfterEach
  void end() {
    running.close();
    server.stop(0);
    threads.shutdownNow();
  }

  /** A server that names one model and repeats what it is sent. */
  private HttpServer serve(int port) throws IOException {
    HttpServer created =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
    created.setExecutor(threads);
    created.createContext(
        "/",
        call -> {
          String sent = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean models = call.getRequestURI().getPath().equals("/v1/models");
          if (!models) {
            bodies.add(sent);
          }
          byte[] answer =
              (models ? "{\"data\":[{\"id\":\"big\"}]}" : "{\"choices\":[]}")
                  .getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(200, answer.length);
          call.getResponseBody().write(answer);
          call.close();
        });
    created.start();
    return created;
  }

  private static ModelSpec spec(String model) {
    return ModelSpec.of(FAR.model(), "remote", Optional.of(model));
  }

  private InstanceReport started(String model) {
    assertThat(running.start(spec(model), 7, Resources.NONE).refused()).isEmpty();
    return running.await(FAR, Phase.READY);
  }

  /** What the instance says of itself once that has {@code part} in it. */
  private String awaitReason(String part) {
    return Eventually.find(
        "a reason with " + part,
        LIMIT,
        () ->
            running.report().report().instances().stream()
                .flatMap(instance -> instance.reason().stream())
                .filter(reason -> reason.contains(part))
                .findFirst());
  }

  @Test
  void servesFromAnAllowedAddressByTheNameThatTheModelHasThere() throws Exception {
    InstanceReport ready = started("lab/big");

    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://"
                                + running.node.frontAddress()
                                + "/i/far-7/v1/chat/completions"))
                    .timeout(LIMIT)
                    .header(
                        Keys.CLUSTER_KEY_HEADER,
                        Files.readString(data.resolve("cluster.key")).strip())
                    .header("content-type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString("{\"model\":\"far\",\"messages\":[]}"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"choices\":[]}");
    assertThat(bodies).singleElement().asString().contains("\"big\"").doesNotContain("\"far\"");
    assertThat(ready.pid()).isEmpty();
    assertThat(ready.port()).isEmpty();
  }

  @Test
  void refusesAnAddressThatIsNotOnTheListAndSaysWhichAre() {
    running.start(
        spec("http://127.0.0.1:" + server.getAddress().getPort() + "/big"), 7, Resources.NONE);

    assertThat(running.await(FAR, Phase.FAILED).reason().orElseThrow())
        .contains("with a remote that this machine allows (remuda.node.engine.remotes): [lab]");
    assertThat(bodies).isEmpty();
  }

  @Test
  void aServerThatGoesAwayIsNotReadyAndSaysWhyAndComesBackByItself() throws IOException {
    started("lab/big");
    int port = server.getAddress().getPort();

    server.stop(0);

    assertThat(awaitReason("the server at http://127.0.0.1:" + port))
        .contains("did not answer 3 times in a row");
    InstanceReport asking = running.await(FAR, Phase.WARMING);
    assertThat(asking.reason()).as("while it is asked again").isPresent();
    assertThat(running.node.hosted().find(FAR).orElseThrow().gate().isOpen()).isFalse();
    awaitReason("no connection");
    server = serve(port);
    assertThat(running.await(FAR, Phase.READY).reason()).isEmpty();
    assertThat(running.node.hosted().find(FAR).orElseThrow().gate().isOpen()).isTrue();
  }

  @Test
  void aServerThatIsAwayFromTheStartSaysSoSoon() {
    server.stop(0);

    running.start(spec("lab/big"), 7, Resources.NONE);

    assertThat(awaitReason("see that it runs")).contains("/v1/models: no connection");
  }

  @Test
  void aModelThatTheServerDoesNotHaveIsNamed() {
    running.start(spec("lab/other"), 7, Resources.NONE);

    awaitReason("does not name other but [big]");
  }
}
