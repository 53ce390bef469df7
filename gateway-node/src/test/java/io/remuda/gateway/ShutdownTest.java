package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownTest {

  private final List<String> asked = new ArrayList<>();

  @Test
  void endsWhatBeganLastFirstAndLetsNoPartKeepTheOthers() {
    Shutdown shutdown = new Shutdown(Duration.ofMillis(50));
    shutdown.add("first", () -> ended("first"));
    shutdown.add(
        "stuck",
        () -> {
          asked.add("stuck");
          return new CompletableFuture<>();
        });
    shutdown.addClosing(
        "failing",
        () -> {
          asked.add("failing");
          throw new IllegalStateException("a test's own failure");
        });
    shutdown.add("last", () -> ended("last"));

    shutdown.run();
    shutdown.run();

    assertThat(asked).containsExactly("last", "failing", "stuck", "first");
  }

  private CompletionStage<?> ended(String part) {
    asked.add(part);
    return CompletableFuture.completedStage(null);
  }
}
