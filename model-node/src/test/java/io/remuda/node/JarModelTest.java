package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.remuda.node.instance.Upstream;
import io.remuda.node.jar.SampleJars;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that come as jars, on a whole model node. */
class JarModelTest {
  private static final Resources CLAIM = new Resources(0, 160, 0.5, 0);
  private static final String POISON =
      """
      switch (text) {
        case "exit": System.exit(0);
        case "fill":
          List<byte[]> all = new java.util.ArrayList<>();
          while (true) all.add(new byte[1 << 20]);
        default: return answer(text + "!");
      }
      """;

  @TempDir Path data;
  private RunningNode running;

  @BeforeEach
  void start() throws Exception {
    Path jars = Files.createDirectories(data.resolve("jars"));
    SampleJars.unary(jars.resolve("a.jar"), "concurrency = 6", POISON);
    Files.writeString(jars.resolve("broken.jar"), "no jar");
    startNode();
  }

  private void startNode() {
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.instance.restart.first-pause",
                "200ms",
                "remuda.node.instance.watch-interval",
                "1s"));
    running.settle();
  }

  @AfterEach
  void end() {
    running.close();
  }

  @Test
  void isDescribedByItsSchemaAndABrokenOneByItsFault() {
    NodeProtocol.Described whole = running.describe(spec("sample", "a.jar"));
    NodeProtocol.Described broken = running.describe(spec("sample", "broken.jar"));
    NodeProtocol.Described outside = running.describe(spec("sample", "../jars/a.jar"));

    assertThat(whole.file().orElseThrow().schema().orElseThrow().inputType())
        .isEqualTo("google.protobuf.StringValue");
    assertThat(broken.refused().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_MODEL_FILE);
    assertThat(broken.refused().orElseThrow().message()).contains("broken.jar").contains("no jar");
    assertThat(outside.refused().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void aModelThatEndsItsJvmIsStartedAgainAndItsNeighbourGoesOn() throws Exception {
    running.describe(spec("sick", "a.jar"));
    InstanceReport sick = ready("sick");
    InstanceReport well = ready("well");
    assertThat(sick.slots()).isEqualTo(6);
    assertThat(say("sick", "hello")).isEqualTo("hello!");

    poison("sick", "exit");
    assertThat(running.await(id("sick"), Phase.BACKOFF).reason().orElseThrow())
        .contains("System.exit called by sample.Sample.predict");
    assertThat(running.await(id("sick"), Phase.READY).restarts()).isEqualTo(1);

    poison("sick", "fill");
    assertThat(running.await(id("sick"), Phase.BACKOFF).reason().orElseThrow())
        .contains("OutOfMemoryError");
    assertThat(running.await(id("sick"), Phase.READY).restarts()).isEqualTo(2);

    assertThat(say("sick", "again")).isEqualTo("again!");
    assertThat(say("well", "still")).isEqualTo("still!");
    InstanceReport untouched = running.ping(id("well")).orElseThrow();
    assertThat(untouched.restarts()).isZero();
    assertThat(untouched.pid()).isEqualTo(well.pid());
  }

  @Test
  void outlivesItsNodeAndIsTakenUpWithItsSlots() throws Exception {
    running.describe(spec("kept", "a.jar"));
    InstanceReport before = ready("kept");
    running.abandon();
    // Nothing but what the instance's folder holds tells of its slots now.
    Files.delete(data.resolve("jars/a.jar"));

    startNode();

    InstanceReport after = running.await(id("kept"), Phase.READY);
    assertThat(after.pid()).isEqualTo(before.pid());
    assertThat(after.slots()).isEqualTo(6);
    assertThat(say("kept", "hello")).isEqualTo("hello!");
  }

  private InstanceReport ready(String name) {
    assertThat(running.start(spec(name, "a.jar"), 7, CLAIM).refused()).isEmpty();
    return running.await(id(name), Phase.READY);
  }

  private String say(String name, String text) throws Exception {
    HttpResponse<byte[]> response = post(name, text);
    assertThat(response.statusCode()).isEqualTo(200);
    return StringValue.parseFrom(response.body()).getValue();
  }

  private void poison(String name, String text) throws Exception {
    try {
      post(name, text);
    } catch (IOException e) {
      // Its connection ends with it.
    }
  }

  private HttpResponse<byte[]> post(String name, String text) throws Exception {
    URI base =
        ((Upstream.Http) running.node.hosted().find(id(name)).orElseThrow().upstream()).base();
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(base.resolve("/predict"))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(40))
                .header("content-type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(StringValue.of(text).toByteArray()))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static InstanceId id(String name) {
    return new InstanceId(new ModelName(name), 7);
  }

  private static ModelSpec spec(String name, String jar) {
    return ModelSpec.of(new ModelName(name), "jar", Optional.of(jar));
  }
}
