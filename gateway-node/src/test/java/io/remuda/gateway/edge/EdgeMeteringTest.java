package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.usage.FakeRegistry;
import io.remuda.gateway.usage.Meter;
import io.remuda.gateway.usage.MeterSettings;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits and counts of requests that come through the public port. */
class EdgeMeteringTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\",\"messages\":[],\"max_tokens\":9}";
  private static final String STREAM = "{\"model\":\"bench\",\"messages\":[],\"stream\":true}";
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Map<KeyId, ApiKey> keys = new ConcurrentHashMap<>();
  private final MeterSettings settings =
      MeterSettings.from(
          ConfigFactory.parseString(
                  "remuda.gateway { limits.ask-pause = 5ms, usage { hand-in-interval = 20ms,"
                      + " ask-engines = on } }")
              .withFallback(ConfigFactory.load()));
  private final FakeRegistry registry = new FakeRegistry();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final Meter meter =
      new Meter(
          () -> new AccessTable(keys.values()), settings, InstantSource.system(), System::nanoTime);
  private final UsageVoice voice = UsageVoice.start(meter, settings, registry, timers);
  private final EdgeFixture fixture =
      new EdgeFixture(
          "",
          (token, endpoint) -> Authenticator.Decision.allowed(token, model -> true),
          Optional.empty(),
          meter);

  @AfterEach
  void close() {
    fixture.close();
    voice.close();
    timers.shutdownNow();
  }

  private void key(String id, Limits limits) {
    KeyId key = new KeyId(id);
    keys.put(
        key,
        new ApiKey(
                key,
                "",
                "00ff",
                Set.of(Scope.INFER),
                Set.of(),
                Instant.EPOCH,
                Optional.empty(),
                false,
                1)
            .limitedAt(1, limits));
  }

  private HttpResponse<String> ask(String path, String body, String key) {
    return fixture.post(path, body, "authorization", "Bearer " + key);
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void whoAsksTooOftenIsToldSoInOpenAisWordsAndWhenToComeAgain() {
    key("abcd1234", new Limits(2, 50_000, 0, 0));
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", engine.port());

      HttpResponse<String> first = ask(CHAT, BODY, "abcd1234");
      Eventually.passes(
          "the second comes in",
          SOON,
          () -> assertThat(ask(CHAT, BODY, "abcd1234").statusCode()).isEqualTo(200));
      HttpResponse<String> third = ask(CHAT, BODY, "abcd1234");

      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
      assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("50000");
      assertThat(header(first, "x-ratelimit-reset-requests")).isNotEmpty();
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.body()).contains("\"code\":\"rate_limit_exceeded\"", "key abcd1234");
      assertThat(header(third, "x-ratelimit-remaining-requests")).isEqualTo("0");
      assertThat(Long.parseLong(header(third, "retry-after"))).isBetween(1L, 60L);
      assertThat(Long.parseLong(header(third, "retry-after-ms"))).isBetween(1L, 60_000L);
      assertThat(header(third, "x-should-retry")).isEmpty();
      assertThat(engine.seen()).as("the third never reached the engine").hasSize(2);
      assertThat(ask(CHAT, BODY, "efgh5678").statusCode()).as("another key").isEqualTo(200);
    }
  }

  @Test
  void aBudgetThatIsUsedUpIsNoReasonToComeAgain() {
    key("abcd1234", new Limits(0, 0, 1_000, 0));
    long day =
        Instant.now().atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).toEpochSecond() / 3_600;
    registry.spent(new Spent("key.abcd1234", day, 1_000, day, 1_000));
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", engine.port());

      ask(CHAT, BODY, "abcd1234");
      Eventually.passes(
          "its budget is known",
          SOON,
          () -> assertThat(ask(CHAT, BODY, "abcd1234").statusCode()).isEqualTo(429));
      HttpResponse<String> refused = ask(CHAT, BODY, "abcd1234");

      assertThat(refused.body()).contains("\"code\":\"insufficient_quota\"");
      assertThat(header(refused, "x-should-retry")).isEqualTo("false");
      assertThat(header(refused, "retry-after")).isEmpty();
    }
  }

  /** The engine counts for itself, and each sort of answer tells its client what it counted. */
  @Test
  void whatIsCountedIsWhatTheEngineCounted() {
    AtomicLong prompt = new AtomicLong();
    AtomicLong completion = new AtomicLong();
    AtomicLong calls = new AtomicLong();
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              long call = calls.incrementAndGet();
              if (seen.body().contains("fails")) {
                wire.json(400, "{\"error\":{\"message\":\"no\"}}");
                return;
              }
              prompt.addAndGet(10 + call);
              completion.addAndGet(20 + call);
              String usage =
                  "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}"
                      .formatted(10 + call, 20 + call);
              if (seen.body().contains("\"stream\":true")) {
                wire.events();
                wire.event(
                    "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
                wire.event("{\"choices\":[]," + usage + "}");
                wire.done();
              } else {
                wire.json(200, "{\"choices\":[]," + usage + "}");
              }
            })) {
      fixture.ready("bench-1", engine.port());

      for (int i = 0; i < 5; i++) {
        ask(CHAT, BODY, "abcd1234");
        ask(CHAT, STREAM, "abcd1234");
      }
      ask(CHAT, "{\"model\":\"bench\",\"fails\":1}", "abcd1234");
      ask(
          "/v1/messages",
          "{\"model\":\"bench\",\"max_tokens\":5,\"messages\":"
              + "[{\"role\":\"user\",\"content\":\"x\"}]}",
          "abcd1234");

      Eventually.passes(
          "it is handed in",
          SOON,
          () ->
              assertThat(registry.of("abcd1234", "bench"))
                  .isEqualTo(new Count(12, 1, 0, prompt.get(), completion.get(), 0)));
    }
  }

  /** As engines do that tell their tokens to whoever asks alone. */
  @Test
  void anEngineIsAskedForItsTokensAndAClientThatDidNotAskIsNotShownThem() {
    try (ScriptedEngine engine =
        ScriptedEngine.start(
            (seen, wire) -> {
              wire.events();
              wire.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"ä\"}}]}\n\ndata: {\"cho");
              wire.chunk("ices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n");
              if (seen.body().contains("\"include_usage\":true")) {
                wire.event(
                    "{\"choices\":[],\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":80}}");
              }
              wire.done();
            })) {
      fixture.ready("bench-1", engine.port());

      HttpResponse<String> plain = ask(CHAT, STREAM, "abcd1234");
      HttpResponse<String> asking =
          ask(
              CHAT,
              "{\"model\":\"bench\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
              "abcd1234");

      assertThat(plain.body())
          .isEqualTo(
              "data: {\"choices\":[{\"delta\":{\"content\":\"ä\"}}]}\n\n"
                  + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
                  + "data: [DONE]\n\n");
      assertThat(asking.body()).contains("\"prompt_tokens\":70");
      assertThat(engine.seen().get(0).body())
          .isEqualTo("{\"stream_options\":{\"include_usage\":true}," + STREAM.substring(1));
      Eventually.passes(
          "both are counted",
          SOON,
          () ->
              assertThat(registry.of("abcd1234", "bench"))
                  .isEqualTo(new Count(2, 0, 0, 140, 160, 0)));
    }
  }

  @Test
  void whatAnEngineDoesNotTellIsEstimatedAndSaidToBe() throws Exception {
    try (ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  for (int i = 0; i < 4; i++) {
                    wire.event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}");
                  }
                  wire.awaitDeparture(SOON);
                });
        Wire client = fixture.wire()) {
      fixture.ready("bench-1", engine.port());
      client.post(CHAT, STREAM).until("content");
      Eventually.passes("all came", SOON, () -> assertThat(engine.seen()).hasSize(1));
      client.close();

      Eventually.passes(
          "it is handed in",
          SOON,
          () -> {
            Count count = registry.of("", "bench");
            assertThat(count.requests()).isEqualTo(1);
            assertThat(count.errors()).as("its client went").isZero();
            assertThat(count.estimated()).isEqualTo(1);
            assertThat(count.promptTokens()).isEqualTo(STREAM.length() / 4);
            assertThat(count.completionTokens()).isBetween(1L, 4L);
          });
    }
  }
}
