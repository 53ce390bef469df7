package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is busy for much longer than a silence may last, and well: left alone. */
class BusyEngineTest {

  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path data;
  private RunningNode running;
  private InstanceReport before;

  @BeforeEach
  void start() {
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.instance.watch-interval", "50ms",
                "remuda.node.instance.answer-limit", "30s",
                "remuda.node.instance.watch-failures", "2",
                "remuda.node.instance.stall-limit", "200ms"));
    running.settle();
    assertThat(
            running
                .start(RunningNode.spec("echo", "scripted"), 7, new Resources(0, 64, 0.5, 0))
                .refused())
        .isEmpty();
    before = running.await(ECHO, Phase.READY);
  }

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void oneThatSendsItsAnswerPieceByPieceSendsAllOfIt() throws Exception {
    HttpResponse<String> answer = chat(ScriptedEngine.SLOWLY);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body().split("content", -1)).hasSize(ScriptedEngine.PIECES + 1);
    assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    isTheSame();
  }

  @Test
  void oneThatIsSilentAndShowsThatItIsThereAnswersAtLast() throws Exception {
    HttpResponse<String> answer = chat(ScriptedEngine.SILENTLY);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains("\"hi\"");
    isTheSame();
  }

  private void isTheSame() {
    InstanceReport after = running.await(ECHO, Phase.READY);
    assertThat(after.pid()).isEqualTo(before.pid());
    assertThat(after.restarts()).isZero();
  }

  private HttpResponse<String> chat(String how) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://" + running.node.frontAddress() + "/i/echo-7/v1/chat/completions"))
                .timeout(LIMIT)
                .header(
                    Keys.CLUSTER_KEY_HEADER, Files.readString(data.resolve("cluster.key")).strip())
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"echo\",\"stream\":%b,\"messages\":[],\"user\":\"%s\"}"
                            .formatted(how.equals(ScriptedEngine.SLOWLY), how)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
