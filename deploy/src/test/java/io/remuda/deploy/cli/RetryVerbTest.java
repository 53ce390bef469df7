package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is to be tried again on a machine that it did not fit on. */
final class RetryVerbTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void asksForTheModelAndTheMachineAndPrintsTheDeployment() {
    gateway.on("POST /v1/machines/m1/retry/chat", 200, "{\"name\":\"chat\"}");

    Typed typed =
        Typed.in(
            Map.of(),
            home,
            "",
            "machines",
            "retry",
            "m1",
            "chat",
            "-o",
            "json",
            "--url",
            gateway.url());

    assertThat(typed.exit()).isZero();
    assertThat(typed.err()).contains("chat may be placed on m1 again");
    assertThat(typed.out()).contains("\"chat\"");
  }
}
