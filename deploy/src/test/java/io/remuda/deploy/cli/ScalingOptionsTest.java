package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments that scale by themselves, as they are typed and told. */
final class ScalingOptionsTest {

  @TempDir private Path folder;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @BeforeEach
  void answer() {
    gateway.on("PUT /v1/deployments/chat", 202, "{\"name\":\"chat\",\"phase\":\"STARTING\"}");
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void sendsTheBoundsAndLeavesTheBeginningToThem() throws IOException {
    Typed typed =
        type("deploy", "chat", "--engine", "jvm", "--min", "0", "--max", "4", "--idle-after", "5m");

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(sent())
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"name\":\"chat\",\"engine\":\"jvm\","
                        + "\"scaling\":{\"min\":0,\"max\":4,\"idleAfterSeconds\":300}}"));
  }

  @Test
  void readsThemFromAFile() throws IOException {
    Path file = folder.resolve("chat.yaml");
    Files.writeString(
        file,
        "name: chat\nengine: jvm\nscaling: {min: 1, max: 3, queueTarget: 2, ttftMillis: 9}\n");

    assertThat(type("deploy", "-f", file.toString()).exit()).isZero();
    assertThat(sent().path("scaling").path("queueTarget").asInt()).isEqualTo(2);
  }

  @Test
  void refusesBoundsThatDoNotFitBeforeAnythingIsSent() {
    Typed typed = type("deploy", "chat", "--engine", "jvm", "--min", "0", "--max", "4");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains("scaling.idleAfterSeconds");
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void explainTellsTheNumberAndItsReason() {
    gateway.on(
        "GET /v1/deployments/chat/why",
        200,
        "{\"name\":\"chat\",\"phase\":\"READY\",\"reason\":null,\"missing\":0,"
            + "\"scaled\":{\"target\":3,\"reason\":\"9 requests ask for 3\"},"
            + "\"instances\":[],\"verdicts\":[],\"history\":[]}");

    assertThat(type("explain", "chat").out())
        .contains("It scales by itself, to 3 now: 9 requests ask for 3");
  }

  private JsonNode sent() throws IOException {
    return new ObjectMapper().readTree(gateway.last().body());
  }

  private Typed type(String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), folder, "", args);
  }
}
