package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Admission;
import io.remuda.protocol.Keys;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that accepts and never answers, for it is stopped: found, ended and replaced. */
class HalfDeadEngineTest {
  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path data;
  private RunningNode running;
  private long engine;

  @BeforeEach
  void start() {
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.instance.watch-interval", "100ms",
                "remuda.node.instance.answer-limit", "4s",
                "remuda.node.instance.watch-failures", "2",
                "remuda.node.instance.stall-limit", "500ms"));
    running.settle();
    assertThat(
            running
                .start(RunningNode.spec("echo", "scripted"), 7, new Resources(0, 64, 0.5, 0))
                .refused())
        .isEmpty();
    engine = running.await(ECHO, Phase.READY).pid().orElseThrow();
  }

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void anIdleOneIsFoundByTheTokenThatItOwes() throws Exception {
    stop(engine);

    isReplaced();
  }

  @Test
  void aBusyOneIsFoundByItsSilenceAndItsRequestsGetATypedError() throws Exception {
    Admission.Permit busy =
        running.node.hosted().find(ECHO).orElseThrow().gate().tryAcquire().orElseThrow();
    stop(engine);

    CompletableFuture<HttpResponse<String>> answer = chat();

    HttpResponse<String> said = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(said.statusCode()).as(said.body()).isBetween(500, 599);
    assertThat(said.headers().firstValue(FrontHeaders.REFUSED)).contains("engine_gone");
    isReplaced();
    busy.release();
    assertThat(chat().get(LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  private void isReplaced() {
    InstanceReport next =
        Eventually.find(
            "another engine",
            LIMIT,
            () ->
                running.report().report().instances().stream()
                    .filter(each -> each.phase() == Phase.READY)
                    .filter(each -> each.pid().orElse(engine) != engine)
                    .findFirst());
    assertThat(next.restarts()).isGreaterThanOrEqualTo(1);
    assertThat(NodeAdoptionTest.alive(engine)).isFalse();
  }

  private CompletableFuture<HttpResponse<String>> chat() throws IOException {
    return HttpClient.newHttpClient()
        .sendAsync(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://" + running.node.frontAddress() + "/i/echo-7/v1/chat/completions"))
                .timeout(LIMIT)
                .header(
                    Keys.CLUSTER_KEY_HEADER, Files.readString(data.resolve("cluster.key")).strip())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"echo\",\"messages\":[]}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static void stop(long pid) throws Exception {
    Process kill = new ProcessBuilder("sh", "-c", "kill -s STOP " + pid).start();
    assertThat(kill.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }
}
