package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Guest;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies of requests to another model, whose answers nobody sees. */
class ShadowsTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\",\"extra\":[1, 2]}";
  private static final String ALL =
      "shadows { of { bench { to = next, percent = 100 }, next { to = bench, percent = 100 } } }";
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofMinutes(10);

  @Test
  void aCopyGoesToTheOtherModelAndItsAnswerToNobody() {
    try (EdgeFixture fixture = fixture(ALL);
        ScriptedEngine real =
            ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"from\":\"bench\"}"));
        ScriptedEngine shadow =
            ScriptedEngine.start((seen, wire) -> wire.json(500, "{\"error\":\"broken\"}"))) {
      fixture.ready("bench-1", real.port());
      fixture.ready("next-1", shadow.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY, "x-request-id", "mine");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"from\":\"bench\"}");
      Eventually.passes("it is copied", SOON, () -> assertThat(shadow.seen()).hasSize(1));
      assertThat(shadow.seen().get(0).body()).isEqualTo(BODY.replace("bench", "next"));
      assertThat(shadow.seen().get(0).headers()).containsEntry("x-request-id", "mine-shadow");
      Eventually.passes(
          "both are counted",
          SOON,
          () ->
              assertThat(fixture.outcomes)
                  .containsExactlyInAnyOrder("bench ok", "next engine_500"));
      assertThat(fixture.noted.ways).containsExactly("copied to next");
    }
  }

  @Test
  void aCopyIsNeverCopied() {
    try (EdgeFixture fixture = fixture(ALL);
        ScriptedEngine both = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", both.port());
      fixture.ready("next-1", both.port());

      fixture.post(CHAT, BODY);

      Eventually.passes("both are counted", SOON, () -> assertThat(fixture.outcomes).hasSize(2));
      assertThat(both.seen()).hasSize(2);
      assertThat(fixture.outcomes).containsExactly("bench ok", "next ok");
    }
  }

  @Test
  void aCopyFollowsNoFallback() {
    try (EdgeFixture fixture = fixture(ALL + ", fallbacks { of { next = [bench] } }");
        ScriptedEngine real = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", real.port());
      fixture.listed("next", DeploymentPhase.PENDING, "no room");

      fixture.post(CHAT, BODY);

      Eventually.passes("both are counted", SOON, () -> assertThat(fixture.outcomes).hasSize(2));
      assertThat(fixture.outcomes).containsExactlyInAnyOrder("bench ok", "next model_not_ready");
      assertThat(real.seen()).hasSize(1);
    }
  }

  @Test
  void aCopyTakesNoSlotThatSomebodyWaitsFor() {
    try (EdgeFixture fixture = fixture(ALL + ", inference.waiting-rest = 10m");
        ScriptedEngine both = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", both.port());
      fixture.ready("next-1", both.port());
      var place =
          fixture
              .handler
              .waitingRoom()
              .enter(new Guest("next", System.nanoTime(), Runnable::run, () -> {}), LONG, true);
      assertThat(place).isPresent();

      fixture.post(CHAT, BODY);

      Eventually.passes("both are counted", SOON, () -> assertThat(fixture.outcomes).hasSize(2));
      assertThat(fixture.outcomes).containsExactlyInAnyOrder("bench ok", "next busy");
      assertThat(both.seen()).hasSize(1);
    }
  }

  @Test
  void whatTheDeploymentSaysHoldsBeforeTheSettings() {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    List<AnswerSink> sent = new ArrayList<>();
    try (Shadows shadows = shadows(timers, sent::add, () -> {})) {
      ClientRequest request = request();
      Random random = new Random(1);
      for (int i = 0; i < 200; i++) {
        shadows.answered(
            request, "bench", Optional.of(new Relief.Shadow(new ModelName("next"), 0.25)), random);
        if (!sent.isEmpty()) {
          sent.get(sent.size() - 1).end();
        }
      }

      // The settings alone copy every request.
      assertThat(sent.size()).isBetween(30, 70);
    } finally {
      timers.shutdownNow();
    }
  }

  @Test
  void aCopyThatIsOverLeavesNothingBehind() {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    timers.setRemoveOnCancelPolicy(true);
    List<AnswerSink> sent = new ArrayList<>();
    try (Shadows shadows = shadows(timers, sent::add, () -> {})) {
      shadows.answered(request(), "bench", Optional.empty(), new Random(1));
      assertThat(timers.getQueue()).hasSize(1);

      sent.get(0).end();

      assertThat(timers.getQueue()).isEmpty();
    } finally {
      timers.shutdownNow();
    }
  }

  @Test
  void aCopyThatIsJustMadeWhenTheGatewayEndsIsEndedToo() {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    AtomicBoolean cancelled = new AtomicBoolean();
    AtomicReference<Shadows> ends = new AtomicReference<>();
    try (Shadows shadows =
        shadows(
            timers,
            sink -> Objects.requireNonNull(ends.get()).close(),
            () -> cancelled.set(true))) {
      ends.set(shadows);

      shadows.answered(request(), "bench", Optional.empty(), new Random(1));

      assertThat(cancelled).isTrue();
    } finally {
      timers.shutdownNow();
    }
  }

  /**
   * @param sent what happens while a copy is sent
   * @param cancelled what happens when it is ended
   */
  private static Shadows shadows(
      ScheduledExecutorService timers, Consumer<AnswerSink> sent, Runnable cancelled) {
    ShadowSettings settings =
        ShadowSettings.from(
            ConfigFactory.parseString("remuda.gateway {" + ALL + "}")
                .withFallback(ConfigFactory.load()));
    return new Shadows(
        settings,
        timers,
        (request, sink) -> {
          request.body().release();
          sent.accept(sink);
          return new Ending(cancelled);
        },
        RequestMetrics.NONE);
  }

  private static ClientRequest request() {
    return new ClientRequest(
        Endpoint.CHAT,
        Optional.empty(),
        List.of(),
        Unpooled.copiedBuffer(BODY, StandardCharsets.UTF_8),
        "r-1",
        model -> true,
        Optional.empty(),
        Runnable::run);
  }

  private record Ending(Runnable cancelled) implements AnswerInProgress {
    @Override
    public void cancel() {
      cancelled.run();
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public boolean comment() {
      return false;
    }

    @Override
    public void look() {}
  }

  @Test
  void copiesThatHangHoldNobodyUpAndNoFurtherOnesAreMade() {
    try (EdgeFixture fixture =
            fixture("shadows { of { bench { to = next, percent = 100 } }, at-once = 2 }");
        ScriptedEngine real = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine hangs =
            ScriptedEngine.start((seen, wire) -> wire.awaitDeparture(Duration.ofSeconds(30)))) {
      fixture.ready("bench-1", real.port());
      fixture.ready("next-1", hangs.port());

      for (int i = 0; i < 20; i++) {
        assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(200);
      }

      Eventually.passes("two are copied", SOON, () -> assertThat(hangs.seen()).hasSize(2));
      Eventually.passes(
          "those that were not are counted",
          SOON,
          () ->
              assertThat(fixture.noted.ways).filteredOn("not copied to next"::equals).hasSize(18));
      assertThat(fixture.noted.ways).filteredOn("copied to next"::equals).hasSize(2);
    }
  }

  @Test
  void aCopyThatTakesTooLongIsEndedAndMakesRoom() {
    try (EdgeFixture fixture =
            fixture(
                "shadows { of { bench { to = next, percent = 100 } }, at-once = 1, limit = 50ms }");
        ScriptedEngine real = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine hangs =
            ScriptedEngine.start((seen, wire) -> wire.awaitDeparture(Duration.ofSeconds(30)))) {
      fixture.ready("bench-1", real.port());
      fixture.ready("next-1", hangs.port());

      fixture.post(CHAT, BODY);

      Eventually.passes("it is ended", SOON, () -> assertThat(hangs.departed()).isEqualTo(1));
      Eventually.passes(
          "the next one is copied",
          SOON,
          () -> {
            fixture.post(CHAT, BODY);
            assertThat(hangs.seen().size()).isGreaterThan(1);
          });
    }
  }

  @Test
  void aModelThatIsNotThereMakesNoDifference() {
    try (EdgeFixture fixture = fixture(ALL);
        ScriptedEngine real = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", real.port());

      for (int i = 0; i < 20; i++) {
        assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(200);
      }

      assertThat(real.seen()).hasSize(20);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "of.a { to = b, percent = 0 }        | of.a needs a percent of 1 to 100",
        "of.a { to = a, percent = 5 }        | of.a needs another model",
        "of.a { to = b }                     | of.a must be a model",
        "of.a = 5                            | of.a must be a model",
        "at-once = 0                         | at-once must be 1 or more"
      })
  void refusesWhatMakesNoSense(String line, String says) {
    assertThatThrownBy(
            () ->
                ShadowSettings.from(
                    ConfigFactory.parseString("remuda.gateway.shadows." + line)
                        .withFallback(ConfigFactory.load())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  private static EdgeFixture fixture(String settings) {
    return new EdgeFixture(settings, Authenticator.OPEN, Optional.empty());
  }
}
