package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people and scripts see: stdout, stderr, exit codes. */
final class CommandLineTest {

  private static final String DEMO =
      "{\"name\":\"demo\",\"phase\":\"READY\",\"replicas\":2,\"ready\":2,\"reason\":null,"
          + "\"engine\":\"jvm\",\"model\":null,\"version\":3,\"instances\":[{\"model\":\"demo\","
          + "\"instance\":\"demo-1\",\"machine\":\"4f0c9a1b2d3e\",\"engine\":\"jvm\","
          + "\"phase\":\"READY\",\"pid\":null,\"port\":null,\"inFlight\":1,\"slots\":4,"
          + "\"restarts\":0,\"reason\":null,\"progress\":null}]}";

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void listsDeploymentsAsATable() {
    gateway.on("GET /v1/deployments", 200, "{\"object\":\"list\",\"data\":[" + DEMO + "]}");

    Typed typed = type("ls");

    assertThat(typed.out().lines())
        .containsExactly(
            "NAME  PHASE  READY  ENGINE  MODEL  REASON", "demo  READY  2/2    jvm     -      -");
    assertThat(typed.err()).isEmpty();
    assertThat(typed.exit()).isZero();
  }

  @Test
  void printsAnArrayAsJsonWhateverTheEnvelope() throws IOException {
    gateway.on("GET /v1/deployments", 200, "{\"object\":\"list\",\"data\":[" + DEMO + "]}");

    JsonNode printed = new ObjectMapper().readTree(type("ls", "-o", "json").out());

    assertThat(printed.isArray()).isTrue();
    assertThat(printed.path(0).path("name").asText()).isEqualTo("demo");
  }

  @Test
  void listsInstances() {
    gateway.on("GET /v1/instances", 200, "[" + new ObjectMapperTree(DEMO).instances() + "]");

    Typed typed = type("ps");

    assertThat(typed.out()).contains("demo-1").contains("1/4").contains("4f0c9a1b2d3e");
  }

  @Test
  void showsOneDeploymentWithItsInstances() {
    gateway.on("GET /v1/deployments/demo", 200, DEMO);

    Typed typed = type("show", "demo");

    assertThat(typed.out()).contains("name: demo").contains("INSTANCE").contains("demo-1");
  }

  @Test
  void endsWithThreeForWhatIsNotThereAndNamesTheRequest() {
    gateway.on(
        "GET /v1/deployments/nobody",
        404,
        "{\"error\":{\"message\":\"there is no deployment 'nobody'\",\"code\":\"not_found\"}}");

    Typed typed = type("show", "nobody");

    assertThat(typed.exit()).isEqualTo(3);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).isEqualTo("remuda: there is no deployment 'nobody' [request req-7]\n");
  }

  @ParameterizedTest
  @CsvSource({
    "401, unauthenticated, 5",
    "403, not_allowed, 5",
    "409, schema_conflict, 7",
    "409, spec_conflict, 1",
    "503, cannot_be_placed, 4",
    "504, timed_out, 6",
    "400, invalid_spec, 2",
    "502, something_new, 1",
    "403, something_new, 5",
    "404, something_new, 3"
  })
  void endsWithTheExitCodeOfTheRefusal(int status, String code, int exit) {
    gateway.on(
        "POST /v1/deployments/demo/scale",
        status,
        "{\"error\":{\"message\":\"no\",\"code\":\"" + code + "\"}}");

    assertThat(type("scale", "demo", "2").exit()).isEqualTo(exit);
  }

  @Test
  void saysWhatToDoWhenNoGatewayAnswers() {
    Typed typed = Typed.line("ls", "--url", "http://127.0.0.1:" + FreePort.next());

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("no gateway answers").contains("./remuda up");
  }

  @Test
  void saysThatSomethingElseAnswers() {
    gateway.on("GET /v1/deployments", 200, "text/html", "<html>hello</html>");

    Typed typed = type("ls");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("does not answer with JSON").contains("<html>");
  }

  @Test
  void showsTheTextOfAnErrorThatIsNoJson() {
    gateway.on("GET /v1/deployments", 502, "text/html", "<html>bad gateway</html>");

    assertThat(type("ls").err()).contains("502").contains("bad gateway");
  }

  @Test
  void scalesStopsAndRemoves() {
    gateway.on("POST /v1/deployments/demo/scale", 202, DEMO);
    gateway.on("DELETE /v1/deployments/demo", 202, "");

    assertThat(type("scale", "demo", "3").err()).contains("demo shall have 3 instances");
    assertThat(gateway.last().body()).isEqualTo("{\"replicas\":3}");
    assertThat(type("stop", "demo").exit()).isZero();
    assertThat(gateway.last().body()).isEqualTo("{\"replicas\":0}");
    assertThat(type("rm", "demo").err()).isEqualTo("removed demo\n");
  }

  @Test
  void explainsMachineByMachine() {
    gateway.on(
        "GET /v1/deployments/big/why",
        200,
        "{\"name\":\"big\",\"phase\":\"PENDING\",\"reason\":\"no machine has room\",\"verdicts\":["
            + "{\"machine\":\"m1\",\"fits\":false,\"everFits\":false,\"predicate\":\"memory\","
            + "\"text\":\"needs 9 MiB, has 8\"}],\"history\":[{\"at\":\"now\",\"kind\":\"Declared\","
            + "\"subject\":\"big\",\"text\":\"declared\"}]}");

    assertThat(type("explain", "big").out().lines())
        .containsExactly(
            "big is PENDING: no machine has room",
            "One more instance:",
            "  m1: no, memory: needs 9 MiB, has 8",
            "So far:",
            "  now Declared big: declared");
  }

  @Test
  void listsMachinesAndTheirEngines() {
    String machine =
        "{\"id\":\"4f0c9a1b2d3e\",\"hostName\":\"box\",\"reachable\":true,\"cordoned\":true,"
            + "\"memoryTotalMiB\":100,\"memoryReservedMiB\":7,\"cpusTotal\":2.0,"
            + "\"cpusReserved\":0.5,\"gpus\":[],\"instances\":[\"demo-1\"],\"engines\":[{"
            + "\"engine\":\"vllm\",\"available\":false,\"version\":null,\"reason\":\"no vllm\"}]}";
    gateway.on("GET /v1/machines", 200, "[" + machine + "]");
    gateway.on("POST /v1/machines/4f0c9a1b2d3e/drain", 202, machine);

    assertThat(type("machines").out()).contains("box").contains("CORDONED").contains("7/100");
    assertThat(type("engine", "ls").out()).contains("vllm").contains("no vllm");
    assertThat(type("drain", "4f0c9a1b2d3e").err()).contains("is being drained");
  }

  @Test
  void showsWhatADrainALossAndADeploymentWouldComeTo() {
    String forecast =
        "{\"name\":\"chat\",\"wanted\":1,\"ready\":1,\"reason\":null,\"moves\":[{\"kind\":\"MOVES\","
            + "\"instance\":\"chat-4\",\"from\":\"m1\",\"next\":\"chat-9\",\"to\":\"m2\","
            + "\"text\":\"moves to m2\"}],\"verdicts\":[]}";
    String list = "{\"object\":\"list\",\"data\":[" + forecast + "]}";
    gateway.on("POST /v1/machines/m1/drain?dryRun=true", 200, list);
    gateway.on("POST /v1/machines/m1/lose?dryRun=true", 200, list);
    gateway.on("PUT /v1/deployments/chat?dryRun=true", 200, forecast);

    assertThat(type("drain", "m1", "--dry-run").out()).contains("chat-4").contains("moves to m2");
    assertThat(type("machines", "lose", "m1", "--dry-run").out()).contains("m2");
    assertThat(type("deploy", "chat", "--engine", "jvm", "--dry-run").err())
        .contains("nothing was changed");
    assertThat(type("machines", "lose", "m1").exit()).isEqualTo(2);
  }

  @Test
  void showsWhatWouldComeOfThoseThatGiveWay() {
    String other =
        "{\"name\":\"batch\",\"wanted\":1,\"ready\":0,\"reason\":\"gave way to chat\",\"moves\":[{"
            + "\"kind\":\"NO_PLACE\",\"instance\":\"batch-3\",\"from\":\"m1\",\"next\":null,"
            + "\"to\":null,\"text\":\"finds no place\"}],\"verdicts\":[]}";
    String forecast =
        "{\"name\":\"chat\",\"wanted\":1,\"ready\":1,\"reason\":null,\"moves\":[{\"kind\":\"NEW\","
            + "\"instance\":null,\"from\":null,\"next\":\"chat-9\",\"to\":\"m1\","
            + "\"text\":\"starts on m1 in place of batch-3\"}],\"verdicts\":[],\"others\":["
            + other
            + "]}";
    gateway.on("PUT /v1/deployments/chat?dryRun=true", 200, forecast);

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--dry-run");

    assertThat(typed.out()).contains("in place of batch-3").contains("NO_PLACE");
    assertThat(typed.err()).contains("batch: gave way to chat");
  }

  @Test
  void aDrainOfTheLastPlaceIsRefusedAndSaysWhatToDo() {
    gateway.on(
        "POST /v1/machines/m1/drain",
        409,
        "{\"error\":{\"message\":\"machine m1 is the last place of chat; make room, or drain it with"
            + " --force\",\"code\":\"last_place\"}}");

    Typed refused = type("drain", "m1");

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("last place of chat").contains("--force");
    gateway.on("POST /v1/machines/m1/drain?force=true", 200, "{\"id\":\"m1\"}");
    assertThat(type("drain", "m1", "--force").exit()).isZero();
    gateway.on("POST /v1/machines/m1/drain?force=true&gpu=0", 200, "{\"id\":\"m1\"}");
    assertThat(type("drain", "m1", "--force", "--gpu", "0").exit()).isZero();
  }

  @Test
  void setsLabelsOfAMachineAndTakesThemAway() {
    gateway.on("PATCH /v1/machines/4f0c9a1b2d3e/labels", 200, "{\"labels\":{\"zone\":\"a=b\"}}");

    Typed typed = type("machines", "label", "4f0c9a1b2d3e", "zone=a=b", "gpu-", "-o", "json");

    assertThat(typed.exit()).isZero();
    assertThat(gateway.last().body()).isEqualTo("{\"zone\":\"a=b\",\"gpu\":null}");
    assertThat(typed.out()).contains("a=b");
    assertThat(type("machines", "label", "4f0c9a1b2d3e", "zone").err()).contains("KEY=VALUE");
    assertThat(type("machines", "label", "4f0c9a1b2d3e").exit()).isEqualTo(2);
  }

  @Test
  void saysWhichMachinesAreGivenUp() {
    gateway.on("POST /v1/machines/confirm-loss", 200, "{\"object\":\"list\",\"data\":[\"m1\"]}");

    assertThat(type("machines", "--confirm-loss").err()).contains("given up: 1 machine");
    assertThat(type("machines", "--confirm-loss", "-o", "json").out()).contains("\"m1\"");
  }

  @Test
  void printsANewKeyOnceOnStdoutAlone() {
    gateway.on("POST /v1/keys", 201, "{\"id\":\"k1\",\"key\":\"rmd_k1_secret\"}");
    gateway.on("GET /v1/keys", 200, "[{\"id\":\"k1\",\"scopes\":[\"infer\"]}]");
    gateway.on("DELETE /v1/keys/k1", 204, "");

    Typed made = type("keys", "create", "--label", "ci", "--scope", "deploy", "--expires", "2d");

    assertThat(made.out()).isEqualTo("rmd_k1_secret\n");
    assertThat(made.err()).doesNotContain("secret\n").contains("k1");
    assertThat(gateway.last().body()).contains("\"expiresInSeconds\":172800");
    assertThat(type("keys", "ls").out()).contains("k1");
    assertThat(type("keys", "rm", "k1").exit()).isZero();
  }

  @Test
  void asksForAKeyWithoutALabelAndForATenantsByPattern() {
    gateway.on("POST /v1/keys", 201, "{\"id\":\"k1\",\"key\":\"rmd_k1_secret\"}");

    type("keys", "create");
    assertThat(gateway.last().body()).as("an empty one is refused").doesNotContain("label");

    type("keys", "create", "--tenant", "acme", "--model", "acme-*");
    assertThat(gateway.last().body()).contains("\"tenant\":\"acme\"", "\"models\":[\"acme-*\"]");
  }

  @Test
  void limitsAKeyAndATenantAndKeepsWhatIsNotNamed() {
    gateway.on("POST /v1/keys", 201, "{\"id\":\"k1\",\"key\":\"rmd_k1_secret\"}");
    gateway.on(
        "GET /v1/keys",
        200,
        "[{\"id\":\"k1\",\"limits\":{\"requestsPerMinute\":60,\"tokensPerMinute\":null}}]");
    gateway.on("PUT /v1/keys/k1/limits", 200, "{\"limits\":{\"requestsPerMinute\":60}}");
    gateway.on("GET /v1/tenants/acme/limits", 200, "{\"limits\":{\"tokensPerMinute\":9}}");
    gateway.on("PUT /v1/tenants/acme/limits", 200, "{\"limits\":{\"requestsPerMinute\":5}}");

    type("keys", "create", "--rpm", "60", "--tpm", "1000", "--budget", "5000/day");
    assertThat(gateway.last().body())
        .contains("\"requestsPerMinute\":60", "\"tokensPerMinute\":1000", "\"tokensPerDay\":5000");

    Typed limited = type("keys", "update", "k1", "--budget", "70/month");
    assertThat(gateway.last().body()).contains("\"requestsPerMinute\":60", "\"tokensPerMonth\":70");
    assertThat(limited.err()).contains("60 requests a minute");

    type("tenants", "limit", "acme", "--rpm", "5");
    assertThat(gateway.last().body()).contains("\"requestsPerMinute\":5", "\"tokensPerMinute\":9");
    assertThat(type("keys", "update", "k1", "--budget", "70/week").exit()).isEqualTo(2);
  }

  @Test
  void showsWhatModelsWereUsedForAsATableAndAsCsv() {
    gateway.on(
        "GET /v1/usage?by=tenant&from=2030-01-01",
        200,
        "{\"data\":[{\"tenant\":\"acme\",\"requests\":3,\"errors\":1,\"estimatedRequests\":0,"
            + "\"promptTokens\":10,\"completionTokens\":20,\"cachedTokens\":4,\"totalTokens\":30}]}");

    assertThat(type("usage", "--by", "tenant", "--from", "2030-01-01").out())
        .contains("TENANT", "acme", "30");
    assertThat(type("usage", "--by", "tenant", "--from", "2030-01-01", "--csv").out())
        .isEqualTo(
            "tenant,requests,errors,estimatedRequests,promptTokens,completionTokens,cachedTokens,"
                + "totalTokens\nacme,3,1,0,10,20,4,30\n");
  }

  @Test
  void showsWhoChangedTheFleetPageByPage() {
    gateway.on(
        "GET /v1/audit?limit=1000&after=0",
        200,
        "{\"data\":[{\"id\":1,\"caller\":\"ci\",\"path\":\"/v1/deployments/a\"}],\"last\":1,"
            + "\"has_more\":true}");
    gateway.on(
        "GET /v1/audit?limit=1000&after=1", 200, "{\"data\":[],\"last\":1,\"has_more\":false}");
    gateway.on("GET /v1/audit?limit=100", 200, "{\"data\":[{\"id\":7,\"caller\":\"eve\"}]}");

    assertThat(type("audit", "--after", "0").out()).contains("ci", "/v1/deployments/a");
    assertThat(type("audit").out()).contains("eve");
  }

  @Test
  void rotatesAKeyAndPrintsItsNewSecretAlone() {
    gateway.on("POST /v1/keys/k1/rotate", 200, "{\"id\":\"k1\",\"key\":\"rmd_k1_other\"}");

    Typed rotated = type("keys", "rotate", "k1", "--overlap", "2h");

    assertThat(rotated.out()).isEqualTo("rmd_k1_other\n");
    assertThat(gateway.last().body()).contains("\"overlapSeconds\":7200");
    type("keys", "rotate", "k1");
    assertThat(gateway.last().body()).contains("\"overlapSeconds\":3600");
    type("keys", "rotate", "k1", "--overlap", "0");
    assertThat(gateway.last().body()).contains("\"overlapSeconds\":0");
  }

  @Test
  void writesTheKeyOfAClusterOnceAndForItsOwnerAlone() throws IOException {
    Path file = home.resolve("cluster.key");

    assertThat(Typed.line("keys", "cluster", file.toString()).exit()).isZero();

    assertThat(Files.readString(file)).matches("[0-9a-f]{64}\n");
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThat(Typed.line("keys", "cluster", file.toString()).exit()).isEqualTo(1);
  }

  @Test
  void printsLogsAndEvents() {
    gateway.on("GET /v1/deployments/demo/logs?lines=2", 200, "text/plain", "one\ntwo\n");
    gateway.on(
        "GET /v1/deployments/demo/events?limit=100",
        200,
        "[{\"id\":4,\"at\":\"now\",\"kind\":\"InstanceReady\",\"subject\":\"demo\","
            + "\"text\":\"demo-1 is ready\"}]");

    gateway.on(
        "GET /v1/deployments/demo/logs?lines=2&instance=demo-7&follow=true",
        200,
        "text/plain",
        "three\n");

    assertThat(type("logs", "demo", "-n", "2").out()).isEqualTo("one\ntwo\n");
    assertThat(type("logs", "demo", "-n", "2", "-f", "--instance", "demo-7").out())
        .isEqualTo("three\n");
    assertThat(type("events", "demo").out()).contains("InstanceReady").contains("demo-1 is ready");
  }

  @Test
  void followsEventsFromTheOneThatWasSeen() {
    gateway.on(
        "GET /v1/events",
        200,
        "text/event-stream",
        ": hello\n\nid: 5\nevent: InstanceReady\ndata: {\"at\":\"now\",\"kind\":\"InstanceReady\","
            + "\"subject\":\"demo\",\"text\":\"ready\"}\n\n");

    Typed typed = type("events", "-f", "--after", "4");

    assertThat(typed.out()).isEqualTo("now InstanceReady demo: ready\n");
    assertThat(gateway.last().headers()).containsEntry("Last-event-id", "4");
  }

  @Test
  void followsEventsFromAFewThatHaveHappened() {
    gateway.on(
        "GET /v1/events?limit=10",
        200,
        "{\"data\":[{\"id\":7,\"at\":\"then\",\"kind\":\"Deployed\",\"subject\":\"demo\","
            + "\"text\":\"declared\"}],\"last\":7}");
    gateway.on(
        "GET /v1/events",
        200,
        "text/event-stream",
        "id: 8\ndata: {\"at\":\"now\",\"kind\":\"InstanceReady\",\"subject\":\"demo\","
            + "\"text\":\"ready\"}\n\n");

    Typed typed = type("events", "-f");

    assertThat(typed.out())
        .isEqualTo("then Deployed demo: declared\nnow InstanceReady demo: ready\n");
    assertThat(gateway.last().headers()).containsEntry("Last-event-id", "7");
  }

  @Test
  void printsAScriptThatCompletesCommands() {
    assertThat(Typed.line("completion").out()).contains("complete ").contains("uncordon");
    assertThat(Typed.line("version").out()).startsWith("remuda ");
  }

  @Test
  void doctorTellsWhatItFoundAndWhatToDo() {
    gateway.on("GET /v1/models", 200, "{\"object\":\"list\",\"data\":[{\"id\":\"demo\"}]}");

    Typed typed =
        Typed.in(
            Map.of("PATH", "/nonexistent"),
            home,
            "",
            "doctor",
            "--data",
            home.resolve("d").toString(),
            "--url",
            gateway.url());

    assertThat(typed.exit()).isZero();
    assertThat(typed.out())
        .containsPattern("java +ok")
        .contains("./remuda engine install llama-server")
        .contains("models that are ready: 1");
  }

  @Test
  void refusesAnEngineThatHasNoInstaller() {
    assertThat(Typed.line("engine", "install", "../sh").exit()).isEqualTo(2);
  }

  private Typed type(String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--url";
    all[args.length + 1] = gateway.url();
    return Typed.in(Map.of(), home, "", all);
  }

  private record ObjectMapperTree(String json) {
    String instances() {
      try {
        return new ObjectMapper().readTree(json).path("instances").path(0).toString();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
