package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of an update, and how a wait for one ends that is given up. */
final class RolloutVerbTest {

  private static final String STATUS = "GET /v1/deployments/chat/rollout";

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void tellsInASentenceWhereItStands() {
    gateway.on(
        STATUS,
        200,
        "{\"name\":\"chat\",\"stage\":\"ROLLING\",\"strategy\":\"surge\","
            + "\"reason\":\"version 7 is rolled out: 1 of 2 ready\"}");

    assertThat(type("rollout", "status", "chat").out())
        .isEqualTo("chat is ROLLING by surge: version 7 is rolled out: 1 of 2 ready\n");
    assertThat(type("rollout", "status", "chat", "-o", "json").out()).contains("\"ROLLING\"");
  }

  @Test
  void saysWhenThereIsNone() {
    gateway.on(STATUS, 200, "{\"name\":\"chat\",\"stage\":\"NONE\"}");

    assertThat(type("rollout", "status", "chat").out()).contains("no rollout is going on");
  }

  @Test
  void takesOneBackOrSaysWhyNot() {
    gateway.on("POST /v1/deployments/chat/rollback", 202, "{\"name\":\"chat\"}");
    gateway.on(
        "POST /v1/deployments/other/rollback",
        409,
        "{\"error\":{\"message\":\"no rollout\",\"code\":\"rollout_conflict\"}}");

    assertThat(type("rollout", "rollback", "chat").exit()).isZero();
    Typed refused = type("rollout", "rollback", "other");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("no rollout");
  }

  @Test
  void promotesACanaryOrGivesItAnotherShare() {
    gateway.on("POST /v1/deployments/chat/promote", 202, "{\"name\":\"chat\"}");
    gateway.on("PUT /v1/deployments/chat/canary", 202, "{\"name\":\"chat\"}");

    assertThat(type("rollout", "canary", "chat", "35").exit()).isZero();
    assertThat(gateway.asked())
        .singleElement()
        .satisfies(asked -> assertThat(asked.body()).isEqualTo("{\"percent\":35}"));
    assertThat(type("rollout", "promote", "chat").exit()).isZero();
    assertThat(type("rollout", "canary", "chat", "many").exit()).isEqualTo(2);
  }

  @Test
  void declaresACanary() {
    gateway.on("PUT /v1/deployments/chat", 202, "{\"name\":\"chat\"}");

    assertThat(type("deploy", "chat", "--engine", "jvm", "--canary", "20").exit()).isZero();
    assertThat(gateway.asked())
        .filteredOn(asked -> asked.method().equals("PUT"))
        .singleElement()
        .satisfies(
            asked -> assertThat(asked.body()).contains("\"rollout\":{\"canaryPercent\":20}"));
    assertThat(type("deploy", "chat", "--engine", "jvm", "--canary", "120").exit()).isEqualTo(2);
  }

  @Test
  void aFileSaysHowAVersionIsRolledOut() throws Exception {
    gateway.on("PUT /v1/deployments/chat", 202, "{\"name\":\"chat\"}");
    Path file =
        Files.writeString(
            home.resolve("chat.yaml"),
            """
            name: chat
            engine: jvm
            rollout: { strategy: surge, surge: 2, deadlineSeconds: 60, canaryPercent: 5 }
            """);

    Typed typed = type("deploy", "-f", file.toString());

    assertThat(typed.exit()).as(typed.err()).isZero();
    assertThat(gateway.asked())
        .filteredOn(asked -> asked.method().equals("PUT"))
        .singleElement()
        .satisfies(asked -> assertThat(asked.body()).contains("\"canaryPercent\":5"));
  }

  @Test
  void aWaitForAnUpdateOfOneThatSleepsEndsAtOnce() {
    String asleep =
        "{\"name\":\"chat\",\"phase\":\"STOPPED\",\"replicas\":0,\"ready\":0,\"version\":7,"
            + "\"reason\":\"asleep\",\"instances\":[],\"rollout\":null}";
    gateway.on("GET /v1/deployments/chat", 200, asleep);
    gateway.on("PUT /v1/deployments/chat", 202, asleep);

    Typed typed = type("deploy", "chat", "--engine", "jvm", "--update", "--wait");

    assertThat(typed.exit()).isZero();
    assertThat(typed.err()).contains("chat is STOPPED");
  }

  @Test
  void aWaitForAnUpdateThatFitsNowhereEndsAsOneThatCannotBePlaced() {
    assertThat(waited("cannot_be_placed")).isEqualTo(4);
    assertThat(waited("engine_failed")).isEqualTo(1);
  }

  private int waited(String code) {
    String halted =
        "{\"name\":\"chat\",\"phase\":\"DEGRADED\",\"replicas\":1,\"ready\":1,\"version\":7,"
            + "\"reason\":\"it was given up\",\"instances\":[],\"rollout\":{\"stage\":\"HALTED\","
            + "\"code\":\""
            + code
            + "\"}}";
    try (ScriptedGateway once = new ScriptedGateway()) {
      once.on("GET /v1/deployments/chat", 200, halted);
      once.on("PUT /v1/deployments/chat", 202, halted);
      Typed typed =
          Typed.in(
              Map.of("REMUDA_URL", once.url()),
              home,
              "",
              "deploy",
              "chat",
              "--engine",
              "jvm",
              "--rollout",
              "surge",
              "--update",
              "--wait");
      assertThat(once.asked())
          .filteredOn(asked -> asked.method().equals("PUT"))
          .singleElement()
          .satisfies(
              asked -> assertThat(asked.body()).contains("\"rollout\":{\"strategy\":\"surge\"}"));
      assertThat(typed.err()).contains("it was given up");
      return typed.exit();
    }
  }

  private Typed type(String... arguments) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", arguments);
  }
}
