package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that answer in place of others. */
class FallbacksTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"bench\",\"extra\":[1, 2]}";
  private static final String TWO = "fallbacks { of { bench = [gone, small], small = [bench] } }";

  @Test
  void aModelThatIsNotReadyIsAnsweredForByTheNextThatIs() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.listed("bench", DeploymentPhase.PENDING, "no room");
      fixture.ready("small-1", small.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("small-1");
      assertThat(small.seen().get(0).body()).isEqualTo(BODY.replace("bench", "small"));
      fixture.ended("small ok");
      assertThat(fixture.noted.ways).containsExactly("bench by small");
    }
  }

  @Test
  void aModelWhoseEnginesAreFullOrGoneIsAnsweredForToo() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine full =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"));
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", full.port());
      fixture.ready("small-1", small.port());
      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(200);

      full.die();

      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(200);
      assertThat(small.seen()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void howeverManyOfItsReplicasAreGoneItIsAnsweredFor(int replicas) {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine dead = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      for (int i = 1; i <= replicas; i++) {
        fixture.ready("bench-" + i, dead.port());
      }
      fixture.ready("small-1", small.port());
      dead.die();

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("small-1");
    }
  }

  @Test
  void aFallbackThatIsFullDoesNotSendTheRequestBack() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine bench =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"));
        ScriptedEngine small =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"))) {
      fixture.ready("bench-1", bench.port());
      fixture.ready("small-1", small.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.body()).contains("bench-1");
      assertThat(bench.seen()).hasSize(1);
      assertThat(small.seen()).hasSize(1);
    }
  }

  @Test
  void anEngineThatAnswersWithAFaultOfItsOwnIsAnsweredFor() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine broken =
            ScriptedEngine.start((seen, wire) -> wire.json(500, "{\"error\":\"cuda\"}"));
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", broken.port());
      fixture.ready("bench-2", broken.port());
      assertThat(fixture.post(CHAT, BODY).body()).contains("cuda");

      fixture.ready("small-1", small.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("small-1");
      assertThat(broken.seen()).as("no replica would do better").hasSize(2);
    }
  }

  @Test
  void anEngineWhoseAnswerCannotBeReadIsAnsweredFor() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine broken = ScriptedEngine.start((seen, wire) -> wire.json(200, "no JSON"));
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.loose("bench-1", broken.port());
      fixture.ready("small-1", small.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("small-1");
    }
  }

  @Test
  void whereTheFallbackIsBrokenTooTheClientIsToldOfTheFirst() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine broken =
            ScriptedEngine.start((seen, wire) -> wire.json(500, "{\"error\":\"cuda\"}"))) {
      fixture.ready("bench-1", broken.port());
      fixture.ready("small-1", broken.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.body()).contains("engine_failed").contains("bench-1");
      assertThat(broken.seen()).hasSize(2);
    }
  }

  @Test
  void whereNoneServesTheClientIsToldOfTheModelThatItAskedFor() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine full =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"))) {
      fixture.listed("bench", DeploymentPhase.PENDING, "no room");
      fixture.ready("small-1", full.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("model_not_ready").contains("bench").contains("no room");
    }
  }

  @Test
  void aWrongRequestIsNotSentRound() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine strict =
            ScriptedEngine.start((seen, wire) -> wire.json(400, "{\"error\":\"bad\"}"));
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", strict.port());
      fixture.ready("small-1", small.port());

      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(400);
      assertThat(small.seen()).isEmpty();
    }
  }

  @Test
  void aKeyThatIsNotForTheFallbackDoesNotReachIt() {
    Authenticator bench =
        (token, endpoint) -> Authenticator.Decision.allowed("k1", "bench"::equals);
    try (EdgeFixture fixture = fixture(TWO, bench);
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.route("bench-1", 1, Phase.STARTING, -1, Set.of());
      fixture.ready("small-1", small.port());

      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(503);
      assertThat(small.seen()).isEmpty();
    }
  }

  @Test
  void whatTheDeploymentSaysHoldsBeforeTheSettings() {
    try (EdgeFixture fixture = fixture(TWO, Authenticator.OPEN);
        ScriptedEngine small = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine other = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.relieved("bench", relief("nobody", "other", "small"));
      fixture.ready("small-1", small.port());
      fixture.ready("other-1", other.port());

      HttpResponse<String> answer = fixture.post(CHAT, BODY);

      assertThat(answer.headers().firstValue("x-remuda-instance")).hasValue("other-1");
      assertThat(small.seen()).isEmpty();
      fixture.ended("other ok");
    }
  }

  /** Each is tried once, and a fallback's own are not followed: so no request goes round. */
  @Test
  void twoThatNameEachOtherAreEachTriedOnce() {
    try (EdgeFixture fixture = fixture("", Authenticator.OPEN);
        ScriptedEngine bench =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"));
        ScriptedEngine small =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"))) {
      fixture.relieved("bench", relief("small"));
      fixture.relieved("small", relief("bench"));
      fixture.ready("bench-1", bench.port());
      fixture.ready("small-1", small.port());

      assertThat(fixture.post(CHAT, BODY).statusCode()).isEqualTo(429);
      assertThat(bench.seen()).hasSize(1);
      assertThat(small.seen()).hasSize(1);
    }
  }

  private static Relief relief(String... fallbacks) {
    return new Relief(Stream.of(fallbacks).map(ModelName::new).toList(), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "of.a = [a]      | of.a names itself",
        "of.a = [b, b]   | of.a must name at most 8 models, each once",
        "of.a = []       | of.a must be a model",
        "of.a = 5        | of.a must be a list of models"
      })
  void refusesWhatMakesNoSense(String line, String says) {
    assertThatThrownBy(
            () ->
                FallbackSettings.from(
                    ConfigFactory.parseString("remuda.gateway.fallbacks." + line)
                        .withFallback(ConfigFactory.load())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  private static EdgeFixture fixture(String settings, Authenticator authenticator) {
    return new EdgeFixture(settings, authenticator, Optional.empty());
  }
}
