package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that takes changes, but none of API keys. */
class DoctorKeysTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void isFoundOnceWithItsReason() {
    gateway.on("GET /v1/models", 200, "{\"object\":\"list\",\"data\":[]}");
    gateway.on("GET /v1/deployments", 200, "{\"data\":[]}");
    String node =
        "{\"node\":\"%s:1\",\"status\":\"up\",\"reachable\":true,\"ready\":true,"
            + "\"keysBroken\":\"of the 3 events 1 are missing\",\"clocksOff\":[]}";
    gateway.on(
        "GET /v1/registry",
        200,
        "{\"data\":[%s,%s]}".formatted(node.formatted("a"), node.formatted("b")));

    Typed typed =
        Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", "doctor", "--data", home + "/d");

    assertThat(typed.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(typed.out())
        .contains("a:1 takes changes")
        .containsOnlyOnce("can be neither made nor revoked: of the 3 events 1 are missing");
  }
}
