package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Raw sockets of ill will, all at once, while a client of good will is answered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientsTest {

  /** What the good client has to be answered within, on a machine at work. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String CHAT = "/v1/chat/completions";
  private static final Pattern STATUS = Pattern.compile("HTTP/\\d\\.\\d (\\d{3}) ");

  private final ScriptedEngine engine =
      ScriptedEngine.start(
          (seen, wire) -> {
            if (seen.body().contains("hangs")) {
              wire.awaitDeparture(Duration.ofSeconds(30));
            } else {
              wire.json(200, "{}");
            }
          });
  private final EdgeFixture fixture =
      new EdgeFixture(
          "edge-limits { header-timeout = 1s, body-timeout = 1s, max-body-size = 64 KiB }",
          Authenticator.OPEN,
          Optional.empty());
  private final Map<HostileClient, String> answers = new EnumMap<>(HostileClient.class);
  private long worst;
  private int probes;

  @BeforeAll
  void misuse() throws IOException {
    fixture.ready("bench-1", engine.port());
    fixture.ready("hangs-1", engine.port());
    fixture.routes.warm();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Wire good = fixture.wire()) {
      Map<HostileClient, CompletableFuture<String>> running = new EnumMap<>(HostileClient.class);
      for (HostileClient client : HostileClient.values()) {
        running.put(
            client, CompletableFuture.supplyAsync(() -> client.run(fixture.edge.port()), threads));
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        long began = System.nanoTime();
        probes++;
        good.post(CHAT, "{\"model\":\"bench\"}", "x-request-id: probe-" + probes)
            .then("probe-" + probes);
        good.then("{}");
        worst = Math.max(worst, System.nanoTime() - began);
      }
      running.forEach((client, answer) -> answers.put(client, answer.join()));
    } finally {
      threads.shutdownNow();
    }
    System.out.printf(
        "hostile clients: %d; a good one was answered %d times meanwhile, at worst in %.0f ms%n",
        answers.size(), probes, worst / 1e6);
  }

  @AfterAll
  void close() {
    fixture.close();
    engine.close();
  }

  @ParameterizedTest
  @EnumSource
  void comesToThis(HostileClient client) {
    String answer = Objects.requireNonNull(answers.get(client));
    String statuses =
        STATUS
            .matcher(answer)
            .results()
            .map((MatchResult found) -> found.group(1))
            .collect(Collectors.joining(" "));
    boolean closed = answer.endsWith("closed");

    assertThat((statuses + (closed ? " closed" : "")).strip())
        .as(answer)
        .isEqualTo(client.outcome());
    assertThat(answer.toLowerCase(java.util.Locale.ROOT)).doesNotContain("\nevil:");
  }

  @Test
  void aGoodClientIsAnsweredMeanwhile() {
    assertThat(probes).isGreaterThan(10);
    assertThat(Duration.ofNanos(worst)).isLessThan(PATIENCE);
  }

  @Test
  void whatIsRefusedReachesNoEngineAndWhatHangsIsFreed() {
    assertThat(engine.seen())
        .allMatch(seen -> seen.body().matches("\\{\"model\":\"(bench|hangs)\"\\}"));
    Eventually.isTrue("it is freed", Duration.ofSeconds(10), () -> engine.departed() == 1);
    Eventually.isTrue(
        "no connection is left", Duration.ofSeconds(10), () -> fixture.edge.connections() == 0);
  }
}
