package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code scaling} of a deployment as people write it. */
class ScalingJsonTest {

  @Test
  void readsEveryField() {
    ModelSpec spec =
        read(
            "{'min':0,'max':4,'idleAfterSeconds':300,'queueTarget':2,'ttftMillis':800}",
            "'replicas':2");

    assertThat(spec.replicas()).isEqualTo(2);
    assertThat(spec.policies().scaling())
        .hasValue(
            new Scaling(
                0,
                4,
                Optional.of(Duration.ofSeconds(300)),
                2,
                Optional.of(Duration.ofMillis(800))));
    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).hasValue(spec);
  }

  @Test
  void whatIsLeftOutFollowsFromTheRest() {
    ModelSpec spec = read("{'min':2}", "'slots':4");

    assertThat(spec.replicas()).isEqualTo(2);
    assertThat(spec.policies().scaling())
        .hasValue(new Scaling(2, 2, Optional.empty(), 1, Optional.empty()));
    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).hasValue(spec);
  }

  @Test
  void aDeploymentThatIsStoppedMayScaleLater() {
    ModelSpec spec = read("{'min':1,'max':3}", "'replicas':0");

    assertThat(spec.replicas()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'min':3,'max':2}                        | 'slots':1    | scaling.max              | at"
            + " least scaling.min, 3",
        "{'min':1,'max':2,'idleAfterSeconds':9}   | 'slots':1    | scaling.idleAfterSeconds |"
            + " scaling.min = 1 forbids",
        "{'min':0,'max':2}                        | 'slots':1    | scaling.idleAfterSeconds | falls"
            + " asleep",
        "{'min':0,'max':2,'idleAfterSeconds':0}   | 'slots':1    | scaling.idleAfterSeconds | 1 to",
        "{'min':1,'max':2}                        | 'replicas':3 | replicas                 | is 1"
            + " to 2",
        "{'min':2,'max':3}                        | 'replicas':1 | replicas                 | is 2"
            + " to 3",
        "{'max':0}                                | 'slots':1    | scaling.max              | 1 to",
        "{'maximum':2}                            | 'slots':1    | scaling.maximum          | known"
            + " are",
        "{'max':2,'queueTarget':0}                | 'slots':1    | scaling.queueTarget      | 1 to",
        "{'max':2,'ttftMillis':'fast'}            | 'slots':1    | scaling.ttftMillis       |"
            + " number",
        "5                                        | 'slots':1    | scaling                  |"
            + " object"
      })
  void saysWhatDoesNotFit(String scaling, String more, String path, String text) {
    SpecJson.Parsed parsed = SpecJson.parse(document(scaling, more));

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.path()).isEqualTo(path);
              assertThat(problem.text()).contains(text);
            });
  }

  private static ModelSpec read(String scaling, String more) {
    return SpecJson.parse(document(scaling, more)).spec().orElseThrow();
  }

  private static JsonNode document(String scaling, String more) {
    try {
      String text = "{'name':'chat','engine':'jvm'," + more + ",'scaling':" + scaling + "}";
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
