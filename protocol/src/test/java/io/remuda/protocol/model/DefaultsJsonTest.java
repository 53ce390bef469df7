package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a deployment says for its clients, as people write it. */
class DefaultsJsonTest {

  @Test
  void isReadAndWrittenBackAsItWas() throws IOException {
    SpecJson.Parsed parsed =
        parsed(
            "{\"temperature\":0.20,\"seed\":7,\"presence_penalty\":-1,\"system\":\"Be brief.\"}");

    ModelSpec spec = parsed.spec().orElseThrow();
    assertThat(spec.policies().defaults())
        .isEqualTo(
            new Defaults(
                Map.of("temperature", "0.2", "seed", "7", "presence_penalty", "-1"),
                Optional.of("Be brief.")));
    assertThat(SpecJson.write(spec).path("defaults").toString())
        .isEqualTo(
            "{\"presence_penalty\":-1,\"seed\":7,\"temperature\":0.2,\"system\":\"Be brief.\"}");
    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).hasValue(spec);
  }

  @Test
  void oneThatSaysNothingHasNone() throws IOException {
    ModelSpec spec = parsed("{}").spec().orElseThrow();

    assertThat(spec.policies().defaults()).isEqualTo(Defaults.NONE);
    assertThat(SpecJson.write(spec).has("defaults")).isFalse();
  }

  @Test
  void whatIsOutsideTheListOrItsBoundsIsRefusedWithWhatMayBe() throws IOException {
    assertThat(problem("{\"logit_bias\":1}"))
        .contains("unknown key 'defaults.logit_bias'", "top_p");
    assertThat(problem("{\"temperature\":2.5}"))
        .isEqualTo("defaults.temperature is 0 to 2, not 2.5");
    assertThat(problem("{\"max_tokens\":1.5}"))
        .isEqualTo("defaults.max_tokens is a whole number, not the number 1.5");
    assertThat(problem("{\"top_p\":\"0.5\"}"))
        .isEqualTo("defaults.top_p is a number, not the text '0.5'");
    assertThat(problem("{\"system\":\"" + "x".repeat(2_001) + "\"}"))
        .isEqualTo("defaults.system has at most 2000 characters, not 2001");
  }

  @Test
  void aTypedModelHasNone() throws IOException {
    SpecJson.Parsed parsed =
        SpecJson.parse(
            new ObjectMapper()
                .readTree(
                    "{\"name\":\"chat\",\"engine\":\"jvm\",\"schema\":{},\"defaults\":{\"seed\":1}}"));

    assertThat(parsed.problems())
        .anySatisfy(
            problem ->
                assertThat(problem.text()).contains("a model with a schema does not answer"));
  }

  private static String problem(String defaults) throws IOException {
    SpecJson.Parsed parsed = parsed(defaults);
    assertThat(parsed.problems()).hasSize(1);
    return parsed.problems().get(0).text();
  }

  private static SpecJson.Parsed parsed(String defaults) throws IOException {
    return SpecJson.parse(
        new ObjectMapper()
            .readTree("{\"name\":\"chat\",\"engine\":\"jvm\",\"defaults\":" + defaults + "}"));
  }
}
