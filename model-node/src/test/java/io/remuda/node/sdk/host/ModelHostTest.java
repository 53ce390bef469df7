package io.remuda.node.sdk.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.StringValue;
import io.remuda.node.jar.SampleJars;
import io.remuda.node.sdk.host.HostBench.Said;
import io.remuda.protocol.model.SchemaCodec;
import io.remuda.protocol.testing.Eventually;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call, one answer: what a model's author may count on, and what a client sees of failures. */
class ModelHostTest {
  /** Lets those go that heed no interruption. */
  private static final String RELEASE = "remuda.test.release";

  private static final String ENTERED = "remuda.test.entered";

  @TempDir Path folder;

  @AfterEach
  void release() {
    System.setProperty(RELEASE, "true");
  }

  @Test
  void answersAMessageWithAMessage() throws Exception {
    Path jar = unary("return answer(text + \"!\");");

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.predict("hello")).isEqualTo(new Said(200, "hello!"));
      assertThat(bench.predict("")).isEqualTo(new Said(200, "!"));
      assertThat(bench.stream("one")).containsExactly("one!");
    }
  }

  @Test
  void anEmptyAnswerIsAnAnswer() throws Exception {
    try (HostBench bench = HostBench.serving(unary("return answer(\"\");"))) {
      assertThat(bench.predict("anything")).isEqualTo(new Said(200, ""));
    }
  }

  @Test
  void tellsItsHealthItsNameAndWhatItIs() throws Exception {
    Path jar =
        SampleJars.unary(
            folder.resolve("a.jar"),
            "name = \"shout\", description = \"say \\\"it\\\"\\n\", concurrency = 3",
            "return answer(text);");

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.send(bench.request("/health").build()).statusCode()).isEqualTo(200);
      assertThat(json(bench, "/v1/models").at("/data/0/id").asText()).isEqualTo("sample");
      JsonNode described = json(bench, "/describe");
      assertThat(described.path("name").asText()).isEqualTo("shout");
      assertThat(described.path("description").asText()).isEqualTo("say \"it\"\n");
      assertThat(described.path("slots").asInt()).isEqualTo(3);
      assertThat(described.path("timeoutMillis").asInt()).isEqualTo(30_000);
      assertThat(described.at("/schema/fingerprint").asText())
          .isEqualTo(
              SchemaCodec.of(StringValue.getDescriptor(), StringValue.getDescriptor())
                  .fingerprint());
    }
  }

  @Test
  void refusesWhatIsNoSuchMessage() throws Exception {
    try (HostBench bench =
        HostBench.serving(unary("return answer(text);"), "--max-input-mib", "0.001")) {
      assertThat(status(bench, HostServer.PROTOBUF, new byte[] {10, 127, 1})).isEqualTo(400);
      assertThat(status(bench, "application/json", new byte[] {'{', '}'})).isEqualTo(415);
      assertThat(status(bench, HostServer.PROTOBUF, new byte[5_000])).isEqualTo(413);
      assertThat(bench.send(bench.request("/predict").GET().build()).statusCode()).isEqualTo(405);
      assertThat(bench.send(bench.request("/other").GET().build()).statusCode()).isEqualTo(404);
      assertThat(bench.predict("goes on")).isEqualTo(new Said(200, "goes on"));
    }
  }

  @Test
  void aFailureIsASentenceWithoutAStack() throws Exception {
    Path jar =
        unary(
            """
            switch (text) {
              case "bad": throw new BadInput("text has to be kind");
              case "null": return null;
              case "deep": return predict(input);
              case "link": throw new NoClassDefFoundError("other/Library");
              case "long": return answer("x".repeat(2_000));
              default: throw new IllegalStateException("no weights\\nsecond line");
            }
            """);

    try (HostBench bench = HostBench.serving(jar, "--max-output-mib", "0.001")) {
      assertThat(bench.predict("bad")).isEqualTo(new Said(400, "text has to be kind"));
      assertThat(bench.predict("x"))
          .isEqualTo(
              new Said(500, "the model failed: IllegalStateException: no weights; see its log"));
      assertThat(bench.predict("null").text()).contains("gave no answer");
      assertThat(bench.predict("deep").text()).contains("StackOverflowError");
      assertThat(bench.predict("link").text()).contains("NoClassDefFoundError");
      assertThat(bench.predict("long").text()).contains("bytes, at most").contains("1049");
      assertThat(bench.predict("long").status()).isEqualTo(500);
    }
  }

  @Test
  void aCallThatHangsIsGivenUpAndItsSlotIsFreeAgain() throws Exception {
    Path jar =
        unary(
            "if (text.equals(\"hang\")) new java.util.concurrent.CountDownLatch(1).await();"
                + " return answer(text);");

    try (HostBench bench = HostBench.serving(jar, "--slots", "1", "--timeout-seconds", "0.2")) {
      for (int round = 0; round < 5; round++) {
        Said given = bench.predict("hang");
        assertThat(given.status()).isEqualTo(504);
        assertThat(given.text()).contains("did not answer within 200 ms");
        assertThat(bench.predictInTime("next")).isEqualTo(new Said(200, "next"));
      }
      assertThat(bench.endings).isEmpty();
    }
  }

  @Test
  void endsItselfWhenMoreCallsHangThanMay() throws Exception {
    System.clearProperty(RELEASE);
    Path jar =
        unary(
            "while (text.equals(\"hang\") && !Boolean.getBoolean(\""
                + RELEASE
                + "\")) java.util.concurrent.locks.LockSupport.parkNanos(10_000_000L);"
                + " return answer(text);");

    try (HostBench bench =
        HostBench.serving(
            jar,
            "--slots",
            "2",
            "--timeout-seconds",
            "0.2",
            "--max-hanging",
            "1",
            "--hang-grace-millis",
            "100")) {
      assertThat(bench.predict("hang").status()).isEqualTo(504);
      assertThat(bench.predictInTime("next").status()).isEqualTo(200);
      assertThat(bench.endings.poll(300, TimeUnit.MILLISECONDS)).isNull();

      assertThat(bench.predict("hang").status()).isEqualTo(504);

      assertThat(bench.endings.poll(HostBench.LIMIT.toSeconds(), TimeUnit.SECONDS))
          .contains("2 calls of the model hang")
          .contains("at most 1 may");
      System.setProperty(RELEASE, "true");
      Eventually.isTrue("they come back", HostBench.LIMIT, () -> bench.host.hanging() == 0);
    }
  }

  @Test
  void refusesMoreCallsThanItHasSlotsAndStaysWell() throws Exception {
    System.clearProperty(RELEASE);
    System.clearProperty(ENTERED);
    Path jar =
        unary(
            "System.setProperty(\""
                + ENTERED
                + "\", text); while (!Boolean.getBoolean(\""
                + RELEASE
                + "\")) java.util.concurrent.locks.LockSupport.parkNanos(10_000_000L);"
                + " return answer(text);");

    try (HostBench bench = HostBench.serving(jar, "--slots", "1")) {
      CompletableFuture<Said> first = bench.later("first");
      Eventually.isTrue(
          "the slot is taken", HostBench.LIMIT, () -> System.getProperty(ENTERED) != null);
      assertThat(bench.predict("second"))
          .isEqualTo(new Said(503, "all 1 slots of the model are taken"));
      assertThat(bench.send(bench.request("/health").build()).statusCode()).isEqualTo(200);
      System.setProperty(RELEASE, "true");
      assertThat(first.get(HostBench.LIMIT.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(new Said(200, "first"));
    }
  }

  @Test
  void seesOfOurClassPathOnlyTheSdkAndProtobuf() throws Exception {
    Path jar =
        unary(
            """
            try {
              Class<?> found = Class.forName(text);
              return answer(found.getClassLoader() == Sample.class.getClassLoader() ? "own" : "shared");
            } catch (ClassNotFoundException e) {
              return answer("none");
            }
            """);

    try (HostBench bench = HostBench.serving(jar)) {
      assertThat(bench.predict("sample.Sample").text()).isEqualTo("own");
      assertThat(bench.predict("com.google.protobuf.Message").text()).isEqualTo("shared");
      assertThat(bench.predict("io.remuda.node.sdk.Model").text()).isEqualTo("shared");
      assertThat(bench.predict("io.remuda.node.sdk.host.ModelHost").text()).isEqualTo("none");
      assertThat(bench.predict("com.google.protobuf.util.JsonFormat").text()).isEqualTo("none");
      assertThat(bench.predict("com.typesafe.config.Config").text()).isEqualTo("none");
    }
  }

  @Test
  void refusesAnotherSchemaThanItWasDescribedWith() {
    Path jar = unary("return answer(text);");

    assertThatThrownBy(() -> HostBench.serving(jar, "--fingerprint", "0123"))
        .isInstanceOf(Unusable.class)
        .hasMessageContaining("and not 0123");
  }

  @Test
  void aModelThatFailsAtItsStartSaysWhy() {
    Path jar =
        SampleJars.pack(
            folder.resolve("a.jar"),
            """
            public final class Sample implements Model<StringValue, StringValue> {
              public Sample() { throw new IllegalStateException("no weights here"); }
              public StringValue predict(StringValue input) { return input; }
            }
            """);

    assertThatThrownBy(() -> HostBench.serving(jar))
        .isInstanceOf(Unusable.class)
        .hasMessageContaining("failed at its start")
        .hasMessageContaining("no weights here");
  }

  @Test
  void findsTheMessagesThroughWhatLiesBetween() throws Exception {
    Path jar =
        SampleJars.pack(
            folder.resolve("a.jar"),
            """
            public final class Sample extends Between<Int32Value> {
              protected StringValue say(Int32Value in) { return StringValue.of("" + in.getValue()); }
            }
            abstract class Between<I extends Message> implements Model<I, StringValue> {
              protected abstract StringValue say(I in);
              public StringValue predict(I in) { return say(in); }
            }
            """);

    LoadedModel model = LoadedModel.in(jar);

    assertThat(model.schema().inputType()).isEqualTo("google.protobuf.Int32Value");
    assertThat(model.schema().outputType()).isEqualTo("google.protobuf.StringValue");
  }

  @Test
  void refusesAModelThatDoesNotSayItsMessages() {
    Path jar =
        SampleJars.pack(
            folder.resolve("a.jar"),
            """
            @SuppressWarnings("rawtypes")
            public final class Sample implements Model {
              public Message predict(Message in) { return in; }
            }
            """);

    assertThatThrownBy(() -> LoadedModel.in(jar))
        .isInstanceOf(Unusable.class)
        .hasMessageContaining("declare it as Model<YourRequest, YourReply>");
  }

  private Path unary(String body) {
    return SampleJars.unary(folder.resolve("a.jar"), "", body);
  }

  private static int status(HostBench bench, String type, byte[] body) throws Exception {
    return bench
        .send(
            bench
                .request("/predict")
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build())
        .statusCode();
  }

  private static JsonNode json(HostBench bench, String path) throws Exception {
    return new ObjectMapper().readTree(bench.send(bench.request(path).build()).body());
  }
}
