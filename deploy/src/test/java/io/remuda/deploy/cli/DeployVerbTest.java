package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Declaring deployments: what is sent, what is refused before, how a wait ends. */
final class DeployVerbTest {

  @TempDir private Path folder;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void sendsWhatTheOptionsSay() throws IOException {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));

    Typed typed =
        type(
            "deploy",
            "chat",
            "--engine",
            "llama-server",
            "--model",
            "small.gguf",
            "--replicas",
            "2",
            "--context",
            "4096",
            "--slots",
            "4",
            "--memory",
            "512",
            "--cpus",
            "1.5",
            "--label",
            "zone=a",
            "--argument",
            "threads=2",
            "--strategy",
            "spread",
            "--anti-affinity");

    assertThat(typed.exit()).isZero();
    assertThat(typed.err()).isEqualTo("chat accepted\n");
    assertThat(new ObjectMapper().readTree(gateway.last().body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"name\":\"chat\",\"engine\":\"llama-server\",\"model\":\"small.gguf\","
                        + "\"replicas\":2,\"context\":4096,\"slots\":4,\"strategy\":\"spread\","
                        + "\"antiAffinity\":true,\"machineLabels\":{\"zone\":\"a\"},"
                        + "\"arguments\":{\"threads\":\"2\"},\"resources\":{\"gpuMemoryMiB\":0,"
                        + "\"memoryMiB\":512,\"cpus\":1.5}}"));
  }

  @Test
  void sendsHowItStandsAmongTheOthers() throws IOException {
    gateway.on("PUT /v1/deployments/agent", 202, view("STARTING", 0));

    Typed typed =
        type(
            "deploy",
            "agent",
            "--engine",
            "jvm",
            "--pinned",
            "--priority",
            "-7",
            "--needs",
            "chat,embed",
            "--needs",
            "rank");

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(new ObjectMapper().readTree(gateway.last().body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"name\":\"agent\",\"engine\":\"jvm\",\"replicas\":1,\"pinned\":true,"
                        + "\"priority\":-7,\"needs\":[\"chat\",\"embed\",\"rank\"]}"));
  }

  @Test
  void saysWhereItsRequestsGoBesideIt() throws IOException {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));

    Typed typed =
        type(
            "deploy",
            "chat",
            "--engine",
            "jvm",
            "--fallback",
            "small,old",
            "--shadow",
            "next",
            "--shadow-share",
            "0.05");

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(gateway.last().body())
        .contains("\"fallbacks\":[\"small\",\"old\"]")
        .contains("\"shadow\":{\"to\":\"next\",\"share\":0.05}");
    assertThat(type("deploy", "chat", "--engine", "jvm", "--shadow-share", "0.05").err())
        .contains("--shadow NAME");
    assertThat(type("deploy", "-f", "it.yaml", "--fallback", "small").err()).contains("not both");
  }

  @Test
  void saysWhatRequestsSayWhereTheirClientsDoNot() throws IOException {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));

    Typed typed =
        type(
            "deploy",
            "chat",
            "--engine",
            "jvm",
            "--default",
            "temperature=0.2",
            "--default",
            "max_tokens=64",
            "--default",
            "system=7",
            "--default",
            "seed=2147483647");

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(gateway.last().body())
        .contains(
            "\"defaults\":{\"temperature\":0.2,\"max_tokens\":64,\"system\":\"7\",\"seed\":2147483647}");
    assertThat(type("deploy", "chat", "--engine", "jvm", "--default", "top_p=much").err())
        .contains("defaults.top_p is a number");
    assertThat(type("deploy", "-f", "it.yaml", "--default", "seed=1").err()).contains("not both");
    Path file = write("name: chat\nengine: jvm\ndefaults: {seed: 7, system: Be brief.}\n");
    assertThat(type("deploy", "-f", file.toString()).exit()).isZero();
    assertThat(gateway.last().body())
        .contains("\"defaults\":{\"seed\":7,\"system\":\"Be brief.\"}");
  }

  @Test
  void readsThatFromAFileToo() throws IOException {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    Path file =
        write("name: chat\nengine: jvm\nfallbacks: [small]\nshadow: {to: next, share: 0.5}\n");

    Typed typed = type("deploy", "-f", file.toString());

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(gateway.last().body())
        .contains("\"fallbacks\":[\"small\"]", "\"shadow\":{\"to\":\"next\",\"share\":0.5}");
  }

  @Test
  void readsHowItStandsFromAFileToo() throws IOException {
    gateway.on("PUT /v1/deployments/agent", 202, view("STARTING", 0));
    Path file =
        write("name: agent\nengine: jvm\npinned: true\npriority: 10\nneeds: [chat, embed]\n");

    Typed typed = type("deploy", "-f", file.toString());

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(gateway.last().body())
        .contains("\"pinned\":true", "\"priority\":10", "\"needs\":[\"chat\",\"embed\"]");
  }

  @ParameterizedTest
  @CsvSource({
    "--priority,101,priority",
    "--priority,high,high",
    "--needs,agent,needs",
    "--needs,Not A Name,needs"
  })
  void refusesABadStandingBeforeAnythingIsSent(String option, String value, String named) {
    Typed typed = type("deploy", "agent", "--engine", "jvm", option, value);

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains(named);
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void aFileSaysByItselfHowItStands() {
    assertThat(type("deploy", "-f", "it.yaml", "--pinned").err()).contains("not both");
    assertThat(type("deploy", "-f", "it.yaml", "--priority", "3").err()).contains("not both");
    assertThat(type("deploy", "-f", "it.yaml", "--needs", "chat").err()).contains("not both");
  }

  @Test
  void sendsEveryDocumentOfAFile() throws IOException {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    gateway.on("PUT /v1/deployments/other", 202, view("STARTING", 0));
    Path file =
        write(
            "name: chat\nengine: llama-server\nmodel: models/small.gguf\nreplicas: 2\n"
                + "resources: {gpuMemoryMiB: 0, memoryMiB: 512, cpus: 1}\ncontext: 4096\n"
                + "slots: 4\n---\nname: other\nengine: jvm\n");

    Typed typed = type("deploy", "-f", file.toString());

    assertThat(typed.err()).isEqualTo("chat accepted\nother accepted\n");
    assertThat(gateway.asked().get(0).body()).contains("\"memoryMiB\":512").contains("\"cpus\":1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: a\\nengine: x\\nreplica: 2|:3: unknown key 'replica'; did you mean 'replicas'?",
        "name: a\\nengine: x\\nresources: {memoryMB: 2}|:3: unknown key 'memoryMB' in 'resources'; did you mean 'memoryMiB'?",
        "name: a\\nengine: x\\nname: b|:3: the key 'name' is there twice",
        "name: a\\nengine: x\\nslots: [1]|:3: 'slots' must be one plain value",
        "name: a\\nengine: x\\nslots:|:3: 'slots' has no value",
        "name: a\\nengine: x\\nneeds: b|:3: 'needs' must be a list, such as '[a, b]'",
        "name: a\\nengine: x\\nneeds: [[b]]|:3: 'needs' must be one plain value",
        "name: a\\nengine: x\\nresources: 5|:3: 'resources' must have keys and values",
        "name: A|does not match [a-z0-9][a-z0-9._-]{0,63}",
        "name: ../etc\\nengine: x|does not match",
        "name: a\\nengine: x\\nreplicas: many|replicas",
        "name: a\\nengine: x\\nreplicas: -1|replicas",
        "'name: \"a'|:1: this is no YAML",
        "- a|:1: the document must have keys and values",
        "'# nothing'|the file declares nothing"
      })
  void refusesABadFileBeforeAnythingIsSent(String content, String sentence) throws IOException {
    Path file = write(content.replace("\\n", "\n"));

    Typed typed = type("deploy", "-f", file.toString());

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains(file.toString()).contains(sentence);
    assertThat(gateway.asked()).isEmpty();
  }

  @Test
  void refusesAFileThatIsNotThereAndHalfACommand() {
    assertThat(type("deploy", "-f", "/nonexistent.yaml").exit()).isEqualTo(2);
    assertThat(type("deploy", "chat").err()).contains("--engine");
    assertThat(type("deploy", "chat", "-f", "x").err()).contains("not both");
    assertThat(type("deploy", "chat", "--engine", "jvm", "--timeout", "soon").exit()).isEqualTo(2);
  }

  @Test
  void namesTheVersionThatAnUpdateMeans() {
    gateway.on("GET /v1/deployments/chat", 200, view("READY", 1));
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));

    assertThat(type("deploy", "chat", "--engine", "jvm", "--update").exit()).isZero();

    assertThat(gateway.last().headers()).containsEntry("If-match", "\"3\"");
  }

  @Test
  void waitsUntilItIsReady() {
    gateway.on("GET /v1/models/chat", 200, "{}");
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("STARTING", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("READY", 1));

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--wait", "-o", "json");

    assertThat(typed.exit()).isZero();
    assertThat(typed.err()).contains("chat is READY after");
    assertThat(typed.out()).contains("\"READY\"");
  }

  @Test
  void whoHasWaitedCanCallTheModelAtOnce() {
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("READY", 1));
    gateway.on("GET /v1/models/chat", 404, "{\"error\":{\"code\":\"model_not_found\"}}");
    gateway.on("GET /v1/models/chat", 503, "{\"error\":{\"code\":\"model_not_ready\"}}");
    gateway.on("GET /v1/models/chat", 200, "{\"instances\":{\"ready\":1}}");

    assertThat(type("deploy", "chat", "--engine", "jvm", "--wait").exit()).isZero();

    assertThat(gateway.asked())
        .filteredOn(asked -> asked.path().equals("/v1/models/chat"))
        .as("looks at the gateway's own routes")
        .hasSize(3);
  }

  @Test
  void endsWithFourAtOnceWhenNoMachineCouldEverHoldIt() {
    gateway.on("PUT /v1/deployments/chat", 202, view("PENDING", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("PENDING", 0));
    gateway.on("GET /v1/deployments/chat/why", 200, verdicts(false, false));

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--wait");

    assertThat(typed.exit()).isEqualTo(4);
    assertThat(typed.err()).contains("m1: no, memory: needs 9 MiB");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void showsHowItGoesOnATerminalAndNowhereElse(boolean terminal) {
    gateway.on("GET /v1/models/chat", 200, "{}");
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    gateway.on(
        "GET /v1/deployments/chat",
        200,
        "{\"name\":\"chat\",\"phase\":\"STARTING\",\"replicas\":1,\"ready\":0,"
            + "\"instances\":[{\"progress\":0.42}]}");
    gateway.on("GET /v1/deployments/chat", 200, view("READY", 1));
    String[] line = {"deploy", "chat", "--engine", "jvm", "--wait"};

    Typed typed =
        terminal ? Typed.onTerminal(Map.of("REMUDA_URL", gateway.url()), folder, line) : type(line);

    assertThat(typed.exit()).isZero();
    assertThat(typed.err().contains("chat starting 0/1 42%")).isEqualTo(terminal);
    assertThat(typed.err()).contains("chat is READY");
  }

  @Test
  void goesOnWaitingWhileTheNameMovesToAnotherRegistryNode() {
    gateway.on("GET /v1/models/chat", 200, "{}");
    gateway.on("PUT /v1/deployments/chat", 202, view("STARTING", 0));
    gateway.on(
        "GET /v1/deployments/chat",
        503,
        "{\"error\":{\"message\":\"handing this name over\",\"code\":\"registry_unavailable\"}}");
    gateway.on("GET /v1/deployments/chat", 200, view("READY", 1));

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--wait");

    assertThat(typed.exit()).as(typed.err()).isZero();
  }

  @Test
  void waitsForRoomAndEndsWithSixAtTheLimit() {
    gateway.on("PUT /v1/deployments/chat", 202, view("PENDING", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("PENDING", 0));
    gateway.on("GET /v1/deployments/chat/why", 200, verdicts(false, true));

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--wait", "--timeout", "300ms");

    assertThat(typed.exit()).isEqualTo(6);
    assertThat(typed.err()).contains("chat is still PENDING").contains("remuda explain chat");
  }

  @Test
  void endsWithOneAndTheReasonWhenItHasFailed() {
    gateway.on("PUT /v1/deployments/chat", 202, view("FAILED", 0));
    gateway.on("GET /v1/deployments/chat", 200, view("FAILED", 0));

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--wait");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("chat has FAILED: because");
  }

  private static String view(String phase, int ready) {
    return "{\"name\":\"chat\",\"phase\":\""
        + phase
        + "\",\"replicas\":1,\"ready\":"
        + ready
        + ",\"reason\":\"because\",\"version\":3,\"instances\":[]}";
  }

  private static String verdicts(boolean first, boolean second) {
    String form =
        "{\"machine\":\"%s\",\"fits\":false,\"everFits\":%s,\"predicate\":\"memory\","
            + "\"text\":\"needs 9 MiB\"}";
    return "{\"verdicts\":["
        + form.formatted("m1", first)
        + ","
        + form.formatted("m2", second)
        + "]}";
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("it.yaml"), content);
  }

  private Typed type(String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), folder, "", args);
  }
}
