package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments that are not as they were wanted are found too. */
class DoctorVerbTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void namesRegistryNodesThatTakeNoChangesAndClocksThatAreOffOnce() {
    gateway.on("GET /v1/models", 200, "{\"object\":\"list\",\"data\":[]}");
    gateway.on("GET /v1/deployments", 200, "{\"data\":[]}");
    String clocks =
        "\"clocksOff\":[{\"node\":\"10.0.0.5:2551\",\"machine\":\"m1\",\"aheadMillis\":-3600000}]";
    gateway.on(
        "GET /v1/registry",
        200,
        ("{\"data\":[{\"node\":\"a:1\",\"status\":\"up\",\"reachable\":true,\"leads\":true,"
                + "\"ready\":true,\"names\":12,%s},"
                + "{\"node\":\"b:1\",\"status\":\"up\",\"reachable\":true,\"ready\":false,"
                + "\"reason\":\"the journal's database does not answer\",\"clocksOff\":[]},"
                + "{\"node\":\"c:1\",\"status\":\"up\",\"reachable\":false,\"clocksOff\":[]}]}")
            .formatted(clocks));

    Typed typed =
        Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", "doctor", "--data", home + "/d");

    assertThat(typed.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(typed.out())
        .contains("a:1 takes changes, owns 12 names, leads")
        .contains("b:1 takes no changes: the journal's database does not answer")
        .contains("c:1 is up and cannot be reached")
        .containsOnlyOnce(
            "of 10.0.0.5:2551, machine m1 is 3600 s behind that of registry node a:1");
  }

  @Test
  void namesABrokenDeploymentWithItsReasonAndEndsWithAFailure() {
    gateway.on("GET /v1/models", 200, "{\"object\":\"list\",\"data\":[]}");
    gateway.on(
        "GET /v1/deployments",
        200,
        "{\"data\":[{\"name\":\"whole\",\"phase\":\"READY\"},"
            + "{\"name\":\"holed\",\"phase\":\"FAILED\",\"reason\":\"events are missing\"},"
            + "{\"name\":\"late\",\"phase\":\"DEGRADED\",\"reason\":\"the journal is older\"}]}");

    Typed typed =
        Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", "doctor", "--data", home + "/d");

    assertThat(typed.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(typed.out())
        .contains("holed is FAILED: events are missing")
        .contains("late is DEGRADED: the journal is older")
        .doesNotContain("whole");
  }
}
