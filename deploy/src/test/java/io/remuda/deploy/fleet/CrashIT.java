package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kill -9 of the whole fleet, and its next start. */
final class CrashIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration TASKS_END = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void theNextStartHasEveryAcceptedChangeAndTakesTheEnginesOver() {
    LlamaServer.binary();
    try (Up up = Up.start(folder)) {
      Gateway gateway = up.gateway();
      long engine = gateway.awaitPid("demo", SOON);
      for (int i = 0; i < 20; i++) {
        assertThat(
                gateway
                    .put("/v1/deployments/kept-" + i, "{\"engine\":\"jvm\",\"replicas\":0}")
                    .status())
            .isEqualTo(202);
      }

      up.process().kill();
      assertThat(ProcessHandle.of(engine).orElseThrow().isAlive()).isTrue();
      up.startAgain();

      for (int i = 0; i < 20; i++) {
        assertThat(gateway.get("/v1/deployments/kept-" + i).status()).isEqualTo(200);
      }
      assertThat(gateway.awaitPid("demo", SOON)).isEqualTo(engine);
      assertThat(gateway.chat("demo", "the horse").status()).isEqualTo(200);

      up.process().terminate();
      assertThat(ProcessHandle.of(engine).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void everyTaskThatWasAcceptedIsDoneAfterTheNextStart() {
    try (Up up = Up.start(folder)) {
      List<String> accepted = acceptedUntilKilled(up, 50);
      assertThat(accepted).hasSizeGreaterThanOrEqualTo(50);

      up.startAgain();

      Gateway gateway = up.gateway();
      for (String id : accepted) {
        Eventually.passes(
            "task " + id + " is done",
            TASKS_END,
            () ->
                assertThat(gateway.get("/v1/tasks/" + id).json().path("state").asText())
                    .isEqualTo("DONE"));
      }
    }
  }

  /** Submits without a pause; the fleet is killed in the midst of it. Returns what got 202. */
  private static List<String> acceptedUntilKilled(Up up, int before) {
    Gateway gateway = up.gateway();
    List<String> accepted = new ArrayList<>();
    CompletableFuture<Void> killed = new CompletableFuture<>();
    while (!killed.isDone()) {
      try {
        Gateway.Answer answer =
            gateway.post("/v1/models/sentiment/tasks", "{\"text\": \"what a fine horse\"}");
        if (answer.status() == 202) {
          accepted.add(answer.json().path("id").asText());
        }
      } catch (UncheckedIOException gone) {
        continue; // Its answer was never seen: nothing was promised.
      }
      if (accepted.size() == before) {
        CompletableFuture.runAsync(() -> up.process().kill())
            .whenComplete((done, failure) -> killed.complete(null));
      }
    }
    return accepted;
  }
}
