package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.routing.RoutingSettings;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Instances that fail or are full, as requests at the public port find them. */
class LeftOutInstanceTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\"}";
  private static final String STREAM = "{\"model\":\"bench\",\"stream\":true}";
  private static final String QUICK =
      "routing { breaker-failures = 3, breaker-pause = 200ms, breaker-longest-pause = 200ms }";

  @Test
  void anInstanceThatFailsGetsNothingUntilOneRequestShowsThatItIsBack() {
    AtomicBoolean broken = new AtomicBoolean(true);
    try (EdgeFixture fixture = new EdgeFixture(QUICK, Authenticator.OPEN, Optional.empty());
        ScriptedEngine bad =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (broken.get()) {
                    wire.json(500, "{\"error\":\"broken\"}");
                  } else {
                    wire.json(200, "{\"from\":\"bad\"}");
                  }
                });
        ScriptedEngine good = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", bad.port());
      for (int i = 0; i < 3; i++) {
        assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(500);
      }
      fixture.ready("bench-2", good.port());

      long before = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        fixture.post(CHAT, BODY);
      }
      // One for each pause that has passed at most.
      long pauses = 1 + (System.nanoTime() - before) / 200_000_000;
      assertThat(bad.seen().size() - 3L).isLessThanOrEqualTo(pauses);
      broken.set(false);

      Eventually.passes(
          "it is taken back",
          Duration.ofSeconds(20),
          () -> assertThat(fixture.post(CHAT, BODY).body()).isEqualTo("{\"from\":\"bad\"}"));
    }
  }

  @Test
  void anInstanceWhoseStreamsBreakOffIsLeftOutToo() {
    try (EdgeFixture fixture = new EdgeFixture(QUICK, Authenticator.OPEN, Optional.empty());
        ScriptedEngine bad =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[]}");
                  wire.end();
                });
        ScriptedEngine good = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", bad.port());
      for (int i = 0; i < 3; i++) {
        assertThat(fixture.post(CHAT, STREAM).body()).contains("engine_gone");
      }
      fixture.ready("bench-2", good.port());

      long before = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        fixture.post(CHAT, BODY);
      }
      // One for each pause that has passed at most.
      long pauses = 1 + (System.nanoTime() - before) / 200_000_000;
      assertThat(bad.seen().size() - 3L).isLessThanOrEqualTo(pauses);
    }
  }

  @Test
  void aStreamThatItsClientEndsSpeaksForItsInstance() throws Exception {
    AtomicBoolean breaks = new AtomicBoolean(true);
    try (EdgeFixture fixture = new EdgeFixture(QUICK, Authenticator.OPEN, Optional.empty());
        ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) -> {
                  wire.events();
                  wire.event("{\"choices\":[]}");
                  if (breaks.get()) {
                    wire.end();
                  } else {
                    wire.awaitDeparture(Duration.ofSeconds(30));
                  }
                })) {
      fixture.ready("bench-1", engine.port());
      for (int i = 0; i < 3; i++) {
        fixture.post(CHAT, STREAM);
      }
      Target target = fixture.routes.snapshot().find("bench").orElseThrow().ready(0);
      assertThat(target.answered()).as("it was left out").isTrue();
      for (int i = 0; i < 2; i++) {
        fixture.post(CHAT, STREAM);
      }

      breaks.set(false);
      try (Wire wire = fixture.wire()) {
        wire.post(CHAT, STREAM);
        wire.until("choices");
      }
      Eventually.passes(
          "it has ended", Duration.ofSeconds(20), () -> assertThat(engine.departed()).isEqualTo(1));
      breaks.set(true);
      fixture.post(CHAT, STREAM);

      assertThat(target.answered()).as("it was left out").isFalse();
    }
  }

  @Test
  void whereAllFailNoneIsLeftOut() {
    try (EdgeFixture fixture = new EdgeFixture(QUICK, Authenticator.OPEN, Optional.empty());
        ScriptedEngine bad =
            ScriptedEngine.start((seen, wire) -> wire.json(500, "{\"error\":\"broken\"}"))) {
      fixture.ready("bench-1", bad.port());
      for (int i = 0; i < 10; i++) {
        fixture.post(CHAT, BODY);
      }

      assertThat(bad.seen()).hasSize(10);
    }
  }

  @Test
  void anInstanceTellsWithItsAnswerHowManyRequestsItHasOfOthers() {
    String told =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
            + "x-remuda-load: 4\r\n\r\n{}";
    try (EdgeFixture fixture = new EdgeFixture();
        ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.raw(told))) {
      fixture.ready("bench-1", front.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.body()).isEqualTo("{}");
      assertThat(answer.headers().firstValue("x-remuda-load")).isEmpty();
      Target target = fixture.routes.snapshot().find("bench").orElseThrow().ready(0);
      RoutingSettings settings = RoutingSettings.from(ConfigFactory.load());
      assertThat(target.seen(System.nanoTime(), settings).others()).isEqualTo(3);
    }
  }

  @Test
  void oneWhoseAnswersAreMendedTellsItToo() {
    String told =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
            + "x-remuda-load: 4\r\n\r\n{}";
    try (EdgeFixture fixture = new EdgeFixture();
        ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.raw(told))) {
      fixture.loose("bench-1", front.port());

      fixture.post(CHAT, BODY);

      Target target = fixture.routes.snapshot().find("bench").orElseThrow().ready(0);
      RoutingSettings settings = RoutingSettings.from(ConfigFactory.load());
      assertThat(target.seen(System.nanoTime(), settings).others()).isEqualTo(3);
    }
  }

  @Test
  void anAnswerTellsWhichWayItCame() {
    try (EdgeFixture fixture = new EdgeFixture();
        ScriptedEngine front = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", front.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("bench-1");
      assertThat(answer.headers().firstValue("x-remuda-attempts")).hasValue("1");
      assertThat(answer.headers().firstValue("x-remuda-queue-ms")).hasValue("0");
      assertThat(answer.headers().firstValueAsLong("x-remuda-overhead-ms")).isPresent();
    }
  }
}
