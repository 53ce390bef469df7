package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.gateway.typed.Protos;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PredictTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The message {@code {"id":"a","count":7}}. */
  private static final String ORDER = "\n\u0001a\u0018\u0007";

  private final EdgeFixture fixture =
      new EdgeFixture("edge-limits.max-body-size = 2000B", Authenticator.OPEN, Optional.empty());

  @BeforeEach
  void listed() {
    fixture.listed("shop", DeploymentPhase.READY, "", Optional.of(Protos.orders()));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private ScriptedEngine shop(ScriptedEngine.Script script) {
    ScriptedEngine engine = ScriptedEngine.start(script);
    fixture.ready("shop-1", engine.port());
    return engine;
  }

  private static ScriptedEngine.Script echo() {
    return (request, wire) -> protobuf(wire, request.body());
  }

  private static void protobuf(ScriptedEngine.Wire wire, String body) throws IOException {
    answer(wire, "200 OK", "application/x-protobuf", body);
  }

  private static void answer(ScriptedEngine.Wire wire, String status, String type, String body)
      throws IOException {
    wire.raw(
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(status, type, body.length(), body));
  }

  private static JsonNode error(HttpResponse<String> answer) throws IOException {
    return MAPPER.readTree(answer.body()).path("error");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/predict/shop", "/v1/models/shop/predict"})
  void answersJsonWithJsonAndAsksTheInstanceInProtobuf(String path) throws Exception {
    try (ScriptedEngine engine = shop(echo())) {
      HttpResponse<String> answer =
          fixture.post(path, "{\"id\":\"a\",\"count\":\"7\"}", "x-request-id", "mine-1");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(MAPPER.readTree(answer.body()).path("count").asInt()).isEqualTo(7);
      assertThat(answer.body()).contains("\"isGift\":false");
      assertThat(answer.headers().firstValue("content-type")).contains("application/json");
      assertThat(answer.headers().firstValue("x-request-id")).contains("mine-1");
      assertThat(answer.headers().firstValue("x-remuda-instance")).contains("shop-1");
      ScriptedEngine.Seen seen = engine.seen().get(0);
      assertThat(seen.path()).endsWith("/predict").doesNotContain("models");
      assertThat(seen.body()).isEqualTo(ORDER);
      assertThat(seen.headers())
          .containsEntry("content-type", "application/x-protobuf")
          .containsEntry("accept", "application/x-protobuf");
      fixture.ended("shop ok");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/json,application/x-protobuf,application/x-protobuf",
    "application/x-protobuf,*/*,application/x-protobuf",
    "application/x-protobuf,application/json,application/json",
    "application/protobuf,'text/html, application/json;q=0.5',application/json"
  })
  void givesTheFormThatIsWanted(String sent, String accept, String given) {
    String body = sent.equals("application/json") ? "{\"id\":\"a\",\"count\":7}" : ORDER;
    try (ScriptedEngine engine = shop(echo())) {
      HttpResponse<String> answer =
          fixture.send(fixture.typed("/predict/shop", body, sent, accept));

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).contains(given);
      if (given.equals("application/json")) {
        assertThat(answer.body()).contains("\"count\":7");
      } else {
        assertThat(answer.body()).isEqualTo(ORDER);
      }
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"items\":[{\"sku\":1}]}|application/json|*/*|400|items[0].sku",
        "{\"nope\":1}|application/json|*/*|400|nope",
        "{\"email\":\"a\",\"phone\":1}|application/json|*/*|400|phone",
        "{\"id\":|application/json|*/*|400|``",
        "`\u0001`|application/x-protobuf|*/*|400|``",
        "hello|text/plain|*/*|415|``",
        "{}|application/json; charset=latin1|*/*|415|``",
        "{}|application/json|image/png|406|``",
      })
  void refusesWhatNoModelShouldSee(
      String body, String type, String accept, int status, String param) throws Exception {
    try (ScriptedEngine engine = shop(echo())) {
      HttpResponse<String> answer =
          fixture.send(fixture.typed("/predict/shop", body, type, accept));

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      assertThat(error(answer).path("param").asText("")).isEqualTo(param);
      assertThat(error(answer).path("message").asText()).isNotBlank();
      assertThat(answer.headers().firstValue("x-request-id")).isPresent();
      assertThat(engine.seen()).isEmpty();
    }
  }

  @Test
  void saysWhyThereIsNoAnswer() throws Exception {
    assertThat(fixture.post("/predict/nothing", "{}").statusCode()).isEqualTo(404);
    assertThat(error(fixture.post("/predict/shop", "{}")).path("code").asText())
        .isEqualTo("model_not_ready");
    assertThat(fixture.post("/predict", "{}").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/predict/shop").statusCode()).isEqualTo(405);
    assertThat(fixture.post("/predict/shop", "{\"id\":\"" + "a".repeat(3000) + "\"}").statusCode())
        .isEqualTo(413);
    fixture.listed("chat", DeploymentPhase.READY, "");
    try (ScriptedEngine engine = ScriptedEngine.start(echo())) {
      fixture.ready("chat-1", engine.port());
      HttpResponse<String> untyped = fixture.post("/predict/chat", "{}");
      assertThat(untyped.statusCode()).isEqualTo(501);
      assertThat(untyped.body()).contains("is not typed");
    }
  }

  @Test
  void takesAnAnswerOfDefaultsForTheAnswerItIs() throws Exception {
    try (ScriptedEngine engine = shop((request, wire) -> protobuf(wire, ""))) {
      HttpResponse<String> answer = fixture.post("/predict/shop", "{}");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"total\":\"0\"", "\"items\":[]");
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @Test
  void passesOnWhatTheModelSaysAgainstAnInput() throws Exception {
    try (ScriptedEngine engine =
        shop((request, wire) -> answer(wire, "400 No", "text/plain", "count is too small"))) {
      HttpResponse<String> answer = fixture.post("/predict/shop", "{}");

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(error(answer).path("message").asText()).isEqualTo("count is too small");
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"application/x-protobuf", "text/html"})
  void tellsOfAModelThatAnswersSomethingElse(String type) throws Exception {
    try (ScriptedEngine engine =
        shop((request, wire) -> answer(wire, "200 OK", type, "\u0001\u0001"))) {
      HttpResponse<String> answer = fixture.post("/predict/shop", "{}");

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(error(answer).path("code").asText()).isEqualTo("engine_failed");
      assertThat(engine.seen()).as("no other instance would do better").hasSize(1);
    }
  }

  @Test
  void refusesAnAnswerThatIsTooLong() throws Exception {
    String id = "a".repeat(70_000);
    try (EdgeFixture small =
            new EdgeFixture("typed.max-answer-size = 64KiB", Authenticator.OPEN, Optional.empty());
        ScriptedEngine engine = ScriptedEngine.start((request, wire) -> protobuf(wire, id))) {
      small.listed("shop", DeploymentPhase.READY, "", Optional.of(Protos.orders()));
      small.ready("shop-1", engine.port());

      HttpResponse<String> answer = small.post("/predict/shop", "{}");

      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(error(answer).path("message").asText()).contains("more than 65536 bytes");
    }
  }

  @Test
  void triesAnotherInstanceBeforeTheFirstByte() {
    try (ScriptedEngine dead = ScriptedEngine.start((request, wire) -> wire.cut());
        ScriptedEngine alive = ScriptedEngine.start(echo())) {
      fixture.ready("shop-1", dead.port());
      fixture.ready("shop-2", alive.port());
      // Either may be asked first; that the dead one never is has to be as good as impossible.
      for (int i = 0; i < 40; i++) {
        HttpResponse<String> answer = fixture.post("/predict/shop", "{\"id\":\"a\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-remuda-instance")).contains("shop-2");
      }
      assertThat(dead.seen()).isNotEmpty();
    }
  }

  /** That it takes 200 ms at most is told by CancelTest of other addresses, on the same way. */
  @ParameterizedTest
  @ValueSource(strings = {"/predict/shop", "/v1/models/shop/predict", "/v2/models/shop/infer"})
  void endsTheModelsWorkWhenTheClientGoes(String path) throws Exception {
    String body =
        path.endsWith("/infer")
            ? "{\"inputs\":[{\"name\":\"count\",\"datatype\":\"INT32\",\"shape\":[1],\"data\":[7]}]}"
            : "{}";
    CompletableFuture<Long> departed = new CompletableFuture<>();
    try (ScriptedEngine engine =
        shop(
            (request, wire) -> {
              wire.awaitDeparture(Duration.ofSeconds(20));
              departed.complete(System.nanoTime());
            })) {
      long left;
      try (Wire wire = fixture.wire()) {
        wire.post(path, body, "Content-Type: application/json");
        Eventually.passes(
            "the model works", Duration.ofSeconds(10), () -> assertThat(engine.seen()).hasSize(1));
        left = System.nanoTime();
      }

      assertThat(Duration.ofNanos(departed.get(20, TimeUnit.SECONDS) - left))
          .as("until the model is told")
          .isLessThan(Duration.ofSeconds(2));
      fixture.ended("shop cancelled");
    }
  }

  private static String delimited(String... messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String message : messages) {
      all.write(message.length());
      all.writeBytes(message.getBytes(StandardCharsets.US_ASCII));
    }
    return all.toString(StandardCharsets.US_ASCII);
  }

  private static void sequence(ScriptedEngine.Wire wire) throws IOException {
    wire.raw(
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf-seq\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n");
  }

  private HttpResponse<String> stream() {
    return fixture.send(
        fixture.typed("/predict/shop", "{}", "application/json", "text/event-stream"));
  }

  @Test
  void streamsEachMessageAsAnEvent() {
    String all = delimited(ORDER, "", ORDER);
    try (ScriptedEngine engine =
        shop(
            (request, wire) -> {
              sequence(wire);
              wire.chunk(all.substring(0, 3));
              wire.chunk(all.substring(3, 8));
              wire.chunk(all.substring(8));
              wire.end();
            })) {
      HttpResponse<String> answer = stream();

      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("text/event-stream");
      String[] events = answer.body().split("\n\n");
      assertThat(events).hasSize(4);
      assertThat(events[0]).startsWith("data: {").contains("\"count\":7");
      assertThat(events[1]).startsWith("data: {").contains("\"count\":0");
      assertThat(events[3]).isEqualTo("data: [DONE]");
      assertThat(engine.seen().get(0).headers().get("accept"))
          .startsWith("application/x-protobuf-seq");
      fixture.ended("shop ok");
    }
  }

  @Test
  void streamsTheOneAnswerOfAModelWithoutStreams() {
    try (ScriptedEngine engine = shop(echo())) {
      String[] events = stream().body().split("\n\n");

      assertThat(events).hasSize(2);
      assertThat(events[1]).isEqualTo("data: [DONE]");
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @Test
  void endsABrokenStreamWithAnError() {
    try (ScriptedEngine engine =
        shop(
            (request, wire) -> {
              sequence(wire);
              wire.chunk(delimited(ORDER) + "\u0009half");
              wire.end();
            })) {
      String[] events = stream().body().split("\n\n");

      assertThat(events).hasSize(2);
      assertThat(events[1]).startsWith("data: {\"error\"").contains("engine_failed");
      assertThat(engine.seen()).hasSize(1);
    }
  }

  @Test
  void takesTensorsAndAsksTheInstanceForAMessage() throws Exception {
    try (ScriptedEngine engine = shop(echo())) {
      HttpResponse<String> answer =
          fixture.post(
              "/v2/models/shop/infer",
              """
              {"id":"mine","inputs":[
                {"name":"id","datatype":"BYTES","shape":[1],"data":["a"]},
                {"name":"count","datatype":"INT32","shape":[1,1],"data":[[7]]}],
               "outputs":[{"name":"count"},{"name":"id"}]}
              """);

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).contains("application/json");
      assertThat(answer.headers().firstValue("x-remuda-instance")).contains("shop-1");
      assertThat(answer.body())
          .isEqualTo(
              "{\"model_name\":\"shop\",\"id\":\"mine\",\"outputs\":["
                  + "{\"name\":\"id\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]},"
                  + "{\"name\":\"count\",\"datatype\":\"INT32\",\"shape\":[1],\"data\":[7]}]}");
      assertThat(engine.seen().get(0).path()).endsWith("/predict");
      assertThat(engine.seen().get(0).body()).isEqualTo(ORDER);
      fixture.ended("shop ok");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"inputs\":[]|application/json|400|is not JSON",
        "{\"inputs\":[{\"name\":\"count\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[7]}]}"
            + "|application/json|400|the tensor 'count' is INT32",
        "xyz|application/octet-stream|415|binary_data=False",
      })
  void refusesWhatAreNoTensorsInOneSentence(String body, String type, int status, String sentence)
      throws Exception {
    try (ScriptedEngine engine = shop(echo())) {
      HttpResponse<String> answer =
          fixture.send(fixture.typed("/v2/models/shop/infer", body, type, "*/*"));

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      assertThat(error(answer).isTextual()).isTrue();
      assertThat(error(answer).asText()).contains(sentence);
      assertThat(engine.seen()).isEmpty();
    }
    HttpResponse<String> none = fixture.post("/v2/models/nothing/infer", "{\"inputs\":[]}");
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(error(none).isTextual()).isTrue();
  }
}
