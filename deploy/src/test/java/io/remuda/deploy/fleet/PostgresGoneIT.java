package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database of a fleet of six processes dies and comes back. */
final class PostgresGoneIT {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void modelsGoOnChangesWaitAndNothingAcceptedIsLost() {
    PostgresServer postgres = PostgresServer.own();
    try (SixCommands fleet = new SixCommands(folder, postgres)) {
      Gateway gateway = fleet.gateway();
      fleet.succeeds(
          "deploy", "chat", "--engine", "jvm", "--model", "demo", "--wait", "--timeout", "60s");
      List<String> accepted = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        accepted.add(accepted(gateway, "before-" + i));
      }

      try (Load load = new Load(gateway, "chat")) {
        postgres.kill();

        Gateway.Answer refused = change(gateway, "meanwhile");
        assertThat(refused.status()).as(refused.text()).isEqualTo(503);
        Eventually.isTrue(
            "it is said that the database is away",
            SOON,
            () -> change(gateway, "meanwhile").code().equals("store_unavailable"));
        // The owner of another name may not have noticed yet.
        Eventually.passes(
            "a command says so too",
            SOON,
            () -> {
              Launched.Ended typed = fleet.type("scale", "chat", "2");
              assertThat(typed.exit()).isEqualTo(1);
              assertThat(typed.err()).contains("database").doesNotContain("\tat ");
            });
        int answered = load.answered();
        Eventually.isTrue(
            "chat goes on without the database", SOON, () -> load.answered() > answered + 10);

        postgres.restart();

        accepted.add(accepted(gateway, "after"));
        load.close();
        assertThat(load.failures()).isEmpty();
      }
      for (String name : accepted) {
        Eventually.isTrue(
            name + " is known", SOON, () -> gateway.get("/v1/deployments/" + name).status() == 200);
      }
      fleet.succeeds("scale", "chat", "2", "--wait", "--timeout", "60s");
    } finally {
      postgres.stop();
    }
  }

  /** On a busy machine a registry may not answer in time; what counts is what was accepted. */
  private static String accepted(Gateway gateway, String name) {
    Eventually.passes(
        name + " is accepted",
        SOON,
        () -> {
          Gateway.Answer answer = change(gateway, name);
          assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        });
    return name;
  }

  private static Gateway.Answer change(Gateway gateway, String name) {
    return gateway.put("/v1/deployments/" + name, "{\"engine\":\"jvm\",\"replicas\":0}");
  }
}
