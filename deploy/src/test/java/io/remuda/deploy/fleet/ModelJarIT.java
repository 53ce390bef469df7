package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The how-to for models in Java, typed as it stands, and the examples built, tested and served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ModelJarIT {

  private static final Duration SOON = Duration.ofSeconds(90);

  private Path folder;
  private Up up;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    if (Parts.executable("mvn").isEmpty()) {
      throw Parts.missing("mvn", "install Maven");
    }
    folder = temporary;
    Path jars = Files.createDirectories(temporary.resolve("data").resolve("jars"));
    DeadlyModel.pack(jars.resolve("early.jar"));
    up = Up.start(temporary, "--no-demo");
  }

  @AfterAll
  void end() {
    if (up != null) {
      up.close();
    }
  }

  @Test
  void theHowToLeadsFromAnEmptyFolderToAServedModel() {
    type(Shown.MODEL_MESSAGES.text());
    type(Shown.MODEL_CLASS.text());
    type(Shown.MODEL_BUILT.text());

    String printed = type(Shown.MODEL_SERVED.text());

    assertThat(printed).contains("Hello Ada!");
  }

  @Test
  void aJarThatWasThereBeforeTheStartIsAModelUntilADeploymentTakesItOver() {
    // then it is one after the start, though nobody has declared it
    Eventually.passes(
        "it is served",
        SOON,
        () -> {
          Gateway.Answer answer = up.gateway().post("/v1/models/early/predict", "\"hello\"");
          assertThat(answer.status()).as(answer.text()).isEqualTo(200);
          assertThat(answer.text()).contains("hello!");
        });
    assertThat(up.gateway().deployment("early").path("selfRegistered").asBoolean()).isTrue();
    assertThat(up.gateway().ready("early")).hasSize(1);

    // when it is declared, with replicas and limits
    Launched.Ended typed =
        up.type(
            ("deploy early --engine jar --model early.jar --wait --replicas 2 --slots 3"
                    + " --argument timeout-seconds=2")
                .split(" "));

    // then there are as many instances as that says, each with those limits
    assertThat(typed.exit()).as(typed.err()).isZero();
    Eventually.passes(
        "two are ready",
        SOON,
        () -> {
          assertThat(up.gateway().ready("early"))
              .hasSize(2)
              .allSatisfy(each -> assertThat(each.path("slots").asInt()).isEqualTo(3));
          assertThat(up.gateway().pids("early")).hasSize(2).doesNotHaveDuplicates();
        });
    assertThat(up.gateway().deployment("early").path("selfRegistered").asBoolean()).isFalse();
    Gateway.Answer hung = up.gateway().post("/v1/models/early/predict", "\"hang\"");
    assertThat(hung.status()).as("its card gives it 10 minutes: " + hung.text()).isEqualTo(504);
  }

  @Test
  void theExamplesAreBuiltTestedAndServed() throws Exception {
    Path examples = copyOfExamples();

    type("mvn -q -B -f '" + examples + "' -Dremuda.sdk=\"$(./remuda sdk)\" package");
    assertThat(examples.resolve("text-stats/target/surefire-reports")).isNotEmptyDirectory();
    assertThat(examples.resolve("countdown/target/surefire-reports")).isNotEmptyDirectory();
    type(
        "cp '%1$s'/*/target/*.jar .remuda/jars/\n".formatted(examples)
            + "./remuda deploy stats --engine jar --model text-stats.jar --wait\n"
            + "./remuda deploy countdown --engine jar --model countdown.jar --wait\n");

    JsonNode stats =
        up.gateway()
            .post("/v1/models/stats/predict", "{\"text\": \"One herd. Two herds.\", \"most\": 1}")
            .json();
    assertThat(stats.path("words").asInt()).as(stats.toString()).isEqualTo(4);
    assertThat(stats.at("/commonest/0/word").asText()).isEqualTo("herd");
    Gateway.Answer refused = up.gateway().post("/v1/models/stats/predict", "{\"most\": 1}");
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.text()).contains("text is empty");
    Gateway.Answer counted =
        up.gateway()
            .send(
                "POST",
                "/v1/models/countdown/predict",
                "{\"from\": 2}",
                Map.of("Accept", "text/event-stream"));
    assertThat(counted.text())
        .contains("T minus 2")
        .contains("lift-off")
        .endsWith("data: [DONE]\n\n");
  }

  private Path copyOfExamples() throws IOException {
    Path source = Path.of("examples").toAbsolutePath();
    Path copy = folder.resolve("examples");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path each : files.filter(file -> !file.toString().contains("/target")).toList()) {
        Path to = copy.resolve(source.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(to);
        } else {
          Files.copy(each, to);
        }
      }
    }
    return copy;
  }

  /** Types commands as they stand, but for where the launcher and the data folder are. */
  private String type(String commands) {
    return Typed.block(
        folder,
        Map.of("REMUDA_URL", up.gateway().url()),
        commands
            .replace("./remuda", Launched.launcher().toString())
            .replace(" .remuda/", " " + up.data() + "/")
            // All that it needs was needed for this build too.
            .replaceAll("(?m)^mvn ", "mvn -o "));
  }
}
