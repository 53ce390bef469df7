package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.edge.HostileClient;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that are slow out of ill will against akka-http alone, which is what {@code edge = off}
 * leaves, and the one kind of request that it takes and the edge does not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EdgelessHostileClientsTest {

  /** What the good client has to be answered within, on a machine at work. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What comes of it here where it is not what comes of it at the edge. */
  private static final Map<HostileClient, String> OTHERWISE =
      Map.of(
          HostileClient.EMPTY_LINES_THAT_DRIP, "400 closed",
          HostileClient.BARE_LINE_FEEDS, "200 closed",
          HostileClient.ONE_BARE_LINE_FEED, "200 closed");

  private static final Set<HostileClient> CLIENTS =
      EnumSet.of(
          HostileClient.A_HEADER_THAT_DRIPS,
          HostileClient.EMPTY_LINES_THAT_DRIP,
          HostileClient.A_BODY_THAT_DRIPS,
          HostileClient.A_CHUNKED_BODY_THAT_DRIPS,
          HostileClient.BARE_LINE_FEEDS,
          HostileClient.ONE_BARE_LINE_FEED);

  private static final String CHAT = "/v1/chat/completions";
  private static final Pattern STATUS = Pattern.compile("HTTP/\\d\\.\\d (\\d{3}) ");

  private final CountDownLatch never = new CountDownLatch(1);
  private final ScriptedEngine engine =
      ScriptedEngine.start(
          (seen, wire) -> {
            if (seen.body().contains("long")) {
              wire.events();
              wire.event("{}");
              // Longer than a kept connection may be without a header.
              assertThat(never.await(2, TimeUnit.SECONDS)).isFalse();
              wire.done();
            } else {
              wire.json(200, "{}");
            }
          });
  private final Map<HostileClient, String> answers = new EnumMap<>(HostileClient.class);
  private EdgelessFixture fixture;
  private long worst;
  private int probes;

  @BeforeAll
  void misuse() throws Exception {
    // Of the good client's connections too, on a machine that may stall for longer than a second.
    fixture = new EdgelessFixture("header-timeout = 5s, kept-timeout = 5s, body-timeout = 1s");
    fixture.api.offers("bench", engine.port(), 16, Set.of());
    // The first request is slow for reasons of its own.
    assertThat(good().statusCode()).isEqualTo(200);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Map<HostileClient, CompletableFuture<String>> running = new EnumMap<>(HostileClient.class);
      for (HostileClient client : CLIENTS) {
        running.put(
            client, CompletableFuture.supplyAsync(() -> client.run(fixture.api.port()), threads));
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        long began = System.nanoTime();
        HttpResponse<String> good = good();
        assertThat(good.statusCode()).as(good.body()).isEqualTo(200);
        probes++;
        worst = Math.max(worst, System.nanoTime() - began);
      }
      running.forEach((client, answer) -> answers.put(client, answer.join()));
    } finally {
      threads.shutdownNow();
    }
  }

  private HttpResponse<String> good() throws Exception {
    return fixture.api.send("POST", CHAT, "{\"model\":\"bench\"}", "Bearer any");
  }

  @AfterAll
  void close() throws Exception {
    fixture.close();
    engine.close();
  }

  static Set<HostileClient> clients() {
    return CLIENTS;
  }

  @ParameterizedTest
  @MethodSource("clients")
  void comesToThis(HostileClient client) {
    String answer = Objects.requireNonNull(answers.get(client));
    String statuses =
        STATUS
            .matcher(answer)
            .results()
            .map((MatchResult found) -> found.group(1))
            .collect(Collectors.joining(" "));
    boolean closed = answer.endsWith("closed");
    String outcome = OTHERWISE.getOrDefault(client, client.outcome());
    // akka-http resets a connection whose client still writes: what it said may be lost with it.
    boolean mayBeMute = client.name().endsWith("DRIPS") || client.name().endsWith("DRIP");

    assertThat((statuses + (closed ? " closed" : "")).strip())
        .as(answer)
        .isIn(outcome, mayBeMute ? "closed" : outcome);
  }

  @Test
  void aGoodClientIsAnsweredMeanwhile() {
    assertThat(probes).isGreaterThan(1);
    assertThat(Duration.ofNanos(worst)).isLessThan(PATIENCE);
  }

  @Test
  void whatIsRefusedReachesNoEngine() {
    assertThat(engine.seen())
        .allMatch(seen -> seen.body().matches("\\{\"model\":\"(bench|long)\"\\}"));
  }

  @Test
  void aKeptConnectionIsClosedWhenTheNextHeaderDripsButNoAnswerIsCutOff() throws Exception {
    try (EdgelessFixture hasty = new EdgelessFixture("header-timeout = 1s, kept-timeout = 1s");
        Socket client = new Socket("127.0.0.1", hasty.api.port())) {
      hasty.api.offers("long", engine.port(), 16, Set.of());
      client.setSoTimeout(30_000);
      String body = "{\"model\":\"long\"}";
      client
          .getOutputStream()
          .write(
              ("POST "
                      + CHAT
                      + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body
                      + "POST "
                      + CHAT
                      + " HTTP/1.1\r\nX: ")
                  .getBytes(StandardCharsets.US_ASCII));
      StringBuilder read = new StringBuilder();
      InputStream in = client.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        read.append((char) next);
      }

      assertThat(read).contains("data: [DONE]").containsOnlyOnce("HTTP/1.1 ");
    }
  }
}
