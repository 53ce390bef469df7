package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which instances take durable tasks, and tasks of models without a schema. */
final class TaskFacetVerbsTest {

  private static final String QUEUED = "{\"id\":\"tk_1\",\"state\":\"QUEUED\"}";

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void showsWhichInstancesTakeTasksAndWhyTheOthersDoNot() {
    String instances =
        "["
            + instance("one-1", "{\"taking\":true,\"reason\":null}")
            + ","
            + instance("two-1", "{\"taking\":false,\"reason\":\"the broker is away\"}")
            + ","
            + instance("old-1", "null")
            + "]";
    gateway.on("GET /v1/instances", 200, instances);
    gateway.on(
        "GET /v1/deployments/two", 200, "{\"name\":\"two\",\"instances\":" + instances + "}");

    Typed listed = type("ps");
    Typed shown = type("show", "two");

    assertThat(listed.out().lines().map(TaskFacetVerbsTest::tasks))
        .containsExactly("TASKS", "on", "off", "-");
    assertThat(listed.err()).isEqualTo("two-1 takes no tasks: the broker is away\n");
    assertThat(shown.out()).contains("TASKS");
    assertThat(shown.err()).isEqualTo(listed.err());
    assertThat(type("ps", "-o", "json").err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "chat, %2Fv1%2Fchat%2Fcompletions",
    "completions, %2Fv1%2Fcompletions",
    "embeddings, %2Fv1%2Fembeddings"
  })
  void asksAModelWithoutASchemaWhatIsNamed(String endpoint, String sent) {
    gateway.on("POST /v1/models/llama/tasks?endpoint=" + sent, 202, QUEUED);

    Typed typed =
        type("task", "submit", "llama", "{\"input\":\"a horse\"}", "--endpoint", endpoint);

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).isEqualTo("tk_1\n");
  }

  @Test
  void refusesAnEndpointThatTasksDoNotHave() {
    Typed typed = type("task", "submit", "llama", "{}", "--endpoint", "rerank");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains("chat, completions or embeddings");
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void tellsOfItInTheHelp() {
    assertThat(type("task", "submit", "--help").out())
        .contains("--endpoint")
        .contains("without a schema");
    assertThat(type("task", "--help").out()).doesNotContain("typed models");
  }

  private static String instance(String name, String tasks) {
    return "{\"model\":\"m\",\"instance\":\""
        + name
        + "\",\"machine\":\"4f0c9a1b2d3e\",\"engine\":\"jvm\",\"phase\":\"READY\",\"pid\":1,"
        + "\"port\":2,\"inFlight\":0,\"slots\":4,\"restarts\":0,\"reason\":null,\"tasks\":"
        + tasks
        + "}";
  }

  /** The ninth column. */
  private static String tasks(String line) {
    return line.split(" +")[8];
  }

  private Typed type(String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), Path.of("/nonexistent"), "", args);
  }
}
