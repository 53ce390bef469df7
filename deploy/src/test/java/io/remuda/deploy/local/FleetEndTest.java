package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** How a whole fleet ends: in which order, by what it says of it, and what is under way. */
@Tag("slow")
@Timeout(240)
final class FleetEndTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path data;

  private final List<String> said = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.remuda");
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AppenderBase<ILoggingEvent> listening =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          said.add(event.getFormattedMessage());
        }
      };
  private Level before;

  @BeforeEach
  void listen() {
    before = logger.getLevel();
    logger.setLevel(Level.INFO);
    listening.start();
    logger.addAppender(listening);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(listening);
    logger.setLevel(before);
  }

  @Test
  void gatewayThenEnginesThenMembershipWithTheJournalAndWhatIsUnderWayIsFinished()
      throws Exception {
    // given
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.gateway.port",
                    FreePort.next(),
                    "remuda.launch.demo",
                    false,
                    // Long enough to begin to end meanwhile.
                    "remuda.node.jvm.pace",
                    "100ms")));
    try (NodeHome home = NodeHome.open(config);
        AllInOne all = AllInOne.start(home, config, sentence -> {})) {
      all.awaitReady(key -> {});
      deploy(all);
      HttpResponse<InputStream> stream = chat(all);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
      assertThat(lines.readLine()).startsWith("data:");

      // when
      CompletableFuture<Void> ended = CompletableFuture.runAsync(all::close);

      // then
      Eventually.isTrue("nothing new is let in", SOON, () -> refusesConnections(all));
      assertThat(lines.lines().filter(line -> !line.isEmpty()).reduce((a, b) -> b))
          .hasValue("data: [DONE]");
      ended.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(said.stream().map(FleetEndTest::step).filter(step -> !step.isEmpty()).toList())
        .containsSubsequence(
            "gateway edge",
            "gateway api",
            "gateway tasks",
            "instance demo",
            "model instances",
            "model front",
            "registry journal",
            "up cluster");
  }

  private static String step(String line) {
    if (line.startsWith("event=part-ended ")) {
      return line.replaceFirst("event=part-ended node=(\\S+) part=(\\S+).*", "$1 $2");
    }
    return line.startsWith("ended instance=demo") ? "instance demo" : "";
  }

  private void deploy(AllInOne all) throws Exception {
    HttpResponse<String> deployed =
        client.send(
            HttpRequest.newBuilder(URI.create(all.url() + "/v1/deployments/demo?wait=60"))
                .timeout(SOON.multipliedBy(2))
                .header("content-type", "application/json")
                .PUT(BodyPublishers.ofString("{\"engine\":\"jvm\"}"))
                .build(),
            BodyHandlers.ofString());
    assertThat(deployed.body()).contains("READY");
  }

  private HttpResponse<InputStream> chat(AllInOne all) throws Exception {
    HttpResponse<InputStream> stream =
        client.send(
            HttpRequest.newBuilder(URI.create(all.url() + "/v1/chat/completions"))
                .timeout(SOON)
                .header("content-type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        """
                        {"model":"demo","stream":true,"max_tokens":30,\
                        "messages":[{"role":"user","content":"the horse"}]}"""))
                .build(),
            BodyHandlers.ofInputStream());
    if (stream.statusCode() != 200) {
      throw new AssertionError(
          stream.statusCode()
              + " "
              + new String(stream.body().readAllBytes(), StandardCharsets.UTF_8));
    }
    return stream;
  }

  private static boolean refusesConnections(AllInOne all) {
    URI url = URI.create(all.url());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), 1_000);
      return false;
    } catch (IOException refused) {
      return true;
    }
  }
}
