package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.model.RolloutWish.Strategy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How people write the way in which a new version takes the old one's place. */
class RolloutJsonTest {

  @Test
  void whatIsNotSaidIsTheDefaultAndIsNotWritten() throws Exception {
    ModelSpec spec = parsed("null").spec().orElseThrow();

    assertThat(spec.policies()).isEqualTo(Policies.NONE);
    assertThat(SpecJson.write(spec).has("rollout")).isFalse();
    assertThat(parsed("{}").spec().orElseThrow()).isEqualTo(spec);
  }

  @ParameterizedTest
  @EnumSource
  void comesBackAsItWasWritten(Strategy strategy) throws Exception {
    boolean beside = strategy == Strategy.AUTO || strategy == Strategy.SURGE;
    RolloutWish wish =
        new RolloutWish(strategy, beside ? 3 : 1, Optional.of(Duration.ofSeconds(90)));
    ModelSpec spec =
        parsed("null").spec().orElseThrow().withPolicies(new Policies(Optional.empty(), wish));

    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).contains(spec);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 100})
  void aCanaryComesBackAsItWasWritten(int percent) throws Exception {
    ModelSpec spec = parsed("{'canaryPercent': " + percent + "}").spec().orElseThrow();

    assertThat(spec.policies().rollout().canary()).hasValue(percent);
    assertThat(SpecJson.write(spec).at("/rollout/canaryPercent").asInt(-1)).isEqualTo(percent);
    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).contains(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'strategy': 'slowly'}|rollout.strategy|auto, surge, recreate-when-idle, recreate",
        "{'strategy': 'recreate', 'surge': 2}|rollout.surge|leave it out",
        "{'surge': 0}|rollout.surge|1",
        "{'deadlineSeconds': 0}|rollout.deadlineSeconds|1",
        "{'canaryWeight': 10}|rollout.canaryWeight|canaryWeight",
        "{'canaryPercent': 101}|rollout.canaryPercent|100",
        "{'canaryPercent': -1}|rollout.canaryPercent|0",
        "{'strategy': 'recreate', 'canaryPercent': 5}|rollout.canaryPercent|both versions",
        "'surge'|rollout|object",
      })
  void refusesWhatItDoesNotKnow(String rollout, String path, String what) throws Exception {
    SpecJson.Parsed parsed = parsed(rollout);

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems()).singleElement().extracting(p -> p.path()).isEqualTo(path);
    assertThat(parsed.problems().get(0).text()).contains(what);
  }

  private static SpecJson.Parsed parsed(String rollout) throws Exception {
    String text = "{'name': 'chat', 'engine': 'jvm', 'rollout': " + rollout + "}";
    return SpecJson.parse(new ObjectMapper().readTree(text.replace('\'', '"')));
  }
}
