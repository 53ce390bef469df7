package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.ModelName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecJsonTest {

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readsEveryFieldOfADeployment() {
    ModelSpec spec =
        SpecJson.parse(
                json(
                    """
                    {'name': 'chat-small', 'engine': 'llama-server', 'model': 'models/small.gguf',
                     'replicas': 2, 'context': 4096, 'slots': 4, 'strategy': 'spread',
                     'resources': {'gpuMemoryMiB': 10, 'memoryMiB': 512, 'cpus': 1.5},
                     'arguments': {'threads': 2, 'flash': true}, 'machineLabels': {'zone': 'a'},
                     'antiAffinity': true}
                    """))
            .spec()
            .orElseThrow();

    assertThat(spec.name()).isEqualTo(new ModelName("chat-small"));
    assertThat(spec.model()).contains("models/small.gguf");
    assertThat(spec.replicas()).isEqualTo(2);
    assertThat(spec.context()).hasValue(4096);
    assertThat(spec.slots()).hasValue(4);
    assertThat(spec.resources()).contains(new Resources(10, 512, 1.5, 1));
    assertThat(spec.arguments()).isEqualTo(Map.of("threads", "2", "flash", "true"));
    assertThat(spec.machineLabels()).isEqualTo(Map.of("zone", "a"));
    assertThat(spec.strategy()).isEqualTo(Spread.SPREAD);
    assertThat(spec.antiAffinity()).isTrue();
  }

  @Test
  void readsBackWhatItWrites() {
    ModelSpec spec =
        ModelSpec.of(new ModelName("typed"), "jvm", Optional.empty())
            .withReplicas(3)
            .withResources(new Resources(0, 64, 0.5, 0))
            .withSchema(SchemaCodec.of(Timestamp.getDescriptor(), Duration.getDescriptor()));

    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).contains(spec);
  }

  @Test
  void readsWhatMayTakeItsPlaceAndWhatItIsMadeOf() {
    Policies policies =
        SpecJson.parse(
                json(
                    """
                    {'name': 'agent', 'engine': 'jvm', 'pinned': true, 'priority': -3,
                     'needs': ['embed', 'rerank', 'embed']}
                    """))
            .spec()
            .orElseThrow()
            .policies();

    assertThat(policies.keep()).isEqualTo(new Keep(true, -3));
    assertThat(policies.needs()).containsExactly(new ModelName("embed"), new ModelName("rerank"));
  }

  @Test
  void writesOfKeepAndNeedsWhatIsSaidAndReadsItBack() {
    ModelSpec plain = ModelSpec.of(new ModelName("agent"), "jvm", Optional.empty());
    ModelSpec said =
        plain.withPolicies(
            new Policies(
                Optional.empty(),
                RolloutWish.DEFAULT,
                new Keep(true, 7),
                Set.of(new ModelName("embed"))));

    assertThat(SpecJson.write(plain).has("pinned")).isFalse();
    assertThat(SpecJson.write(plain).has("priority")).isFalse();
    assertThat(SpecJson.write(plain).has("needs")).isFalse();
    assertThat(SpecJson.write(said).path("pinned").asBoolean()).isTrue();
    assertThat(SpecJson.write(said).path("priority").asInt()).isEqualTo(7);
    assertThat(SpecJson.write(said).path("needs")).hasSize(1);
    assertThat(SpecJson.parse(SpecJson.write(said)).spec()).contains(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'pinned': 'yes'|pinned|pinned",
        "'priority': 101|priority|100",
        "'priority': -101|priority|-100",
        "'priority': 1.5|priority|priority",
        "'needs': 'embed'|needs|needs",
        "'needs': ['Not A Name']|needs|does not match",
        "'needs': ['agent']|needs|this deployment itself",
      })
  void refusesKeepAndNeedsThatAreNone(String fields, String path, String what) {
    SpecJson.Parsed parsed =
        SpecJson.parse(json("{'name': 'agent', 'engine': 'jvm', " + fields + "}"));

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems().get(0).path()).startsWith(path);
    assertThat(parsed.problems().get(0).text()).contains(what);
  }

  @Test
  void readsWhereItsRequestsGoBesideItAndWritesItBack() {
    ModelSpec spec =
        SpecJson.parse(
                json(
                    """
                    {'name': 'chat', 'engine': 'jvm', 'fallbacks': ['small', 'old'],
                     'shadow': {'to': 'next', 'share': 0.05}}
                    """))
            .spec()
            .orElseThrow();

    assertThat(spec.policies().relief())
        .isEqualTo(
            new Relief(
                List.of(new ModelName("small"), new ModelName("old")),
                Optional.of(new Relief.Shadow(new ModelName("next"), 0.05))));
    assertThat(SpecJson.parse(SpecJson.write(spec)).spec()).contains(spec);
    JsonNode plain = SpecJson.write(ModelSpec.of(new ModelName("chat"), "jvm", Optional.empty()));
    assertThat(plain.has("shadow") || plain.has("fallbacks")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'fallbacks': 'small'|fallbacks|list",
        "'fallbacks': ['Not A Name']|fallbacks|does not match",
        "'fallbacks': ['agent']|fallbacks|would go round",
        "'fallbacks': ['a', 'b', 'a']|fallbacks|named twice",
        "'fallbacks': ['a','b','c','d','e','f','g','h','i']|fallbacks|at most 8, not 9",
        "'shadow': {'to': 'agent', 'share': 1}|shadow.to|would go round",
        "'shadow': {'to': 'next'}|shadow.share|missing",
        "'shadow': {'share': 0.5}|shadow.to|missing",
        "'shadow': {'to': 'next', 'share': 0}|shadow.share|above 0 and 1 at most",
        "'shadow': {'to': 'next', 'share': 5}|shadow.share|above 0 and 1 at most",
      })
  void refusesOtherModelsThatItsRequestsCannotGoTo(String fields, String path, String what) {
    SpecJson.Parsed parsed =
        SpecJson.parse(json("{'name': 'agent', 'engine': 'jvm', " + fields + "}"));

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems().get(0).path()).isEqualTo(path);
    assertThat(parsed.problems().get(0).text()).contains(what);
  }

  @Test
  void refusesMoreNeedsThanAnybodyHas() {
    String needs =
        IntStream.rangeClosed(0, Policies.MOST_NEEDS)
            .mapToObj(i -> "'part-" + i + "'")
            .collect(Collectors.joining(", "));

    SpecJson.Parsed parsed =
        SpecJson.parse(json("{'name': 'agent', 'engine': 'jvm', 'needs': [" + needs + "]}"));

    assertThat(parsed.problems()).singleElement().extracting(p -> p.path()).isEqualTo("needs");
    assertThat(parsed.problems().get(0).text()).contains("at most 32, not 33");
  }

  @Test
  void takesTheNameFromTheAddressWhenTheDocumentLeavesItOut() {
    SpecJson.Parsed parsed =
        SpecJson.parse(json("{'engine': 'jvm'}"), Optional.of(new ModelName("demo")));

    assertThat(parsed.spec().orElseThrow().name()).isEqualTo(new ModelName("demo"));
  }

  @Test
  void refusesANameThatContradictsTheAddress() {
    SpecJson.Parsed parsed =
        SpecJson.parse(
            json("{'name': 'other', 'engine': 'jvm'}"), Optional.of(new ModelName("demo")));

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.refused().message()).contains("'other'").contains("'demo'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'engine':'jvm','replica':2}                  | replica             | unknown key 'replica'; did you mean 'replicas'?",
        "{'engine':'jvm','anti_affinity':true}         | anti_affinity       | did you mean 'antiAffinity'?",
        "{'engine':'jvm','colour':'red'}               | colour              | known are antiAffinity, arguments",
        "{'engine':'jvm','resources':{'memoryMB':1}}   | resources.memoryMB  | did you mean 'memoryMiB'?",
        "{'engine':'jvm','resources':{'cpus':-1}}      | resources.cpus      | resources.cpus is 0 to 65536, not -1",
        "{'engine':'jvm','resources':{'memoryMiB':-5}} | resources.memoryMiB | not -5",
        "{'engine':'jvm','resources':[1]}              | resources           | not a list",
        "{'engine':'jvm','replicas':'two'}             | replicas            | is a whole number, not the text 'two'",
        "{'engine':'jvm','replicas':-1}                | replicas            | replicas is 0 to 1000, not -1",
        "{'engine':'jvm','replicas':99999999999}       | replicas            | not 99999999999",
        "{'engine':'jvm','slots':0}                    | slots               | slots is 1 to 4096, not 0",
        "{'engine':'jvm','context':0.5}                | context             | a whole number",
        "{'engine':'jvm','strategy':'random'}          | strategy            | 'binpack' or 'spread', not 'random'",
        "{'engine':'jvm','antiAffinity':'yes'}         | antiAffinity        | true or false",
        "{'engine':'jvm','arguments':{'a':{}}}         | arguments.a         | a single value, not an object",
        "{'engine':'jvm','name':'Big Name'}            | name                | does not match",
        "{'engine':5}                                  | engine              | engine is a text",
        "{'engine':' '}                                | engine              | engine is empty",
        "{}                                            | engine              | engine is missing",
        "[]                                            | ``                  | an object of named fields, not a list",
      })
  void saysWhereAndWhatIsWrong(String text, String path, String part) {
    SpecJson.Parsed parsed = SpecJson.parse(json(text), Optional.of(new ModelName("demo")));

    assertThat(parsed.spec()).isEmpty();
    assertThat(parsed.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.path()).isEqualTo(path);
              assertThat(problem.text()).contains(part);
            });
    assertThat(parsed.refused().code()).isEqualTo(ErrorCode.INVALID_SPEC);
  }

  @Test
  void tellsAllProblemsAtOnce() {
    SpecJson.Parsed parsed =
        SpecJson.parse(json("{'replicas': -1, 'slots': 'x', 'foo': 1}"), Optional.empty());

    assertThat(parsed.problems())
        .extracting(SpecJson.Problem::path)
        .contains("foo", "replicas", "slots", "name", "engine");
  }
}
