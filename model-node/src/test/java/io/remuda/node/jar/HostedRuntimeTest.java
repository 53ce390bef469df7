package io.remuda.node.jar;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProbe;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineSettings;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.ModelPaths;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.EngineRuntime.Ending;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.EngineRuntime.Start;
import io.remuda.node.instance.EngineTools;
import io.remuda.node.instance.RestartPolicy;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Schema;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar's JVM under the real keeper, and what is left of it when its model does the worst. */
class HostedRuntimeTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String WORST =
      """
      switch (text) {
        case "exit": System.exit(0);
        case "fill":
          List<byte[]> all = new java.util.ArrayList<>();
          while (true) all.add(new byte[1 << 20]);
        case "halt": Runtime.getRuntime().halt(9);
        case "spin":
          long count = 0;
          while (count >= 0) count = (count + 1) & Long.MAX_VALUE;
        case "throw": throw new Error("broken");
        default: return answer(text + "!");
      }
      """;

  @TempDir Path data;
  private final Config config =
      ConfigFactory.parseString(
              "remuda.node.engine { start-limit = 60s, end-limit = 45s }\n"
                  + "remuda.node.sdk.describe-limit = 60s")
          .withFallback(ConfigFactory.defaultReference())
          .resolve();
  private final EngineSettings settings = EngineSettings.from(config);
  private final EngineStarter starter = new EngineStarter(settings);
  private final EngineProbe probe = new EngineProbe(settings);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Running> started = new ArrayList<>();
  private Path jars;

  @BeforeEach
  void folder() throws Exception {
    jars = Files.createDirectories(data.resolve("jars"));
  }

  @AfterEach
  void end() throws Exception {
    for (Running each : started) {
      await(each.end(Duration.ZERO));
    }
    probe.close();
    starter.close();
  }

  @Test
  void servesAJarUnderTheKeeper() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "concurrency = 6", "return answer(text + \"!\");");
    EngineRuntime runtime = runtime("one", Optional.empty());

    Running running = ready(runtime);

    assertThat(say(running, "hello")).isEqualTo("hello!");
    assertThat(runtime.serving().endpoints()).containsExactly("/predict");
    assertThat(runtime.serving().clean()).isTrue();
    assertThat(runtime.serving().slots()).isEqualTo(6);
    // The next JVM knows the slots without describing anything.
    assertThat(runtime("one", Optional.empty()).serving().slots()).isEqualTo(6);
    // A new jar in the folder is none of a running instance's business.
    Files.writeString(jars.resolve("a.jar"), "overwritten");
    assertThat(say(running, "still")).isEqualTo("still!");
  }

  @Test
  void aModelIsClosedBeforeItsJvmEnds() throws Exception {
    Path closed = data.resolve("closed");
    SampleJars.pack(
        jars.resolve("a.jar"),
        """
        @ModelCard()
        public final class Sample implements Model<StringValue, StringValue> {
          public StringValue predict(StringValue input) { return input; }
          public void close() throws Exception {
            java.nio.file.Files.createFile(java.nio.file.Path.of("%s"));
          }
        }
        """
            .formatted(closed));
    Running running = ready(runtime("one", Optional.empty()));

    await(running.end(Duration.ofSeconds(20)));

    assertThat(closed).exists();
  }

  @Test
  void theWorstModelEndsItselfAndNobodyElse() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "", WORST);
    Running neighbour = ready(runtime("neighbour", Optional.empty()));

    assertThat(ending("exit")).contains("System.exit called by sample.Sample.predict");
    assertThat(ending("fill")).contains("OutOfMemoryError");
    assertThat(ending("halt")).contains("code 9");

    assertThat(say(neighbour, "fine")).isEqualTo("fine!");
    assertThat(neighbour.ending().toCompletableFuture()).isNotDone();
    assertThat(status(neighbour, "throw")).isEqualTo(500);
    assertThat(say(neighbour, "still fine")).isEqualTo("still fine!");
  }

  @Test
  void aModelThatHangsTooOftenIsEndedWithTheReason() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "timeoutMillis = 200", WORST);
    Running running = ready(runtime("hangs", Optional.empty(), Map.of("max-hanging", "0")));

    assertThat(status(running, "spin")).isEqualTo(504);

    Ending ending = await(running.ending());
    assertThat(ending.words()).contains("1 calls of the model hang").contains("at most 0 may");
    assertThat(ending.end()).isEqualTo(RestartPolicy.End.EXITED);
  }

  @Test
  void theJarOfAnotherSchemaIsNotStarted() throws Exception {
    SampleJars.unary(jars.resolve("a.jar"), "", "return answer(text);");
    Schema other = new Schema("0123", "a.In", "a.Out", "");

    Start start = runtime("other", Optional.of(other)).start();

    assertThat(start).isInstanceOf(Start.Not.class);
    Start.Not not = (Start.Not) start;
    assertThat(not.hopeless()).isTrue();
    assertThat(not.refused().code()).isEqualTo(ErrorCode.SCHEMA_CONFLICT);
  }

  @Test
  void aBrokenJarIsNotStartedAndSaysWhy() throws Exception {
    Files.writeString(jars.resolve("a.jar"), "no jar");

    Start start = runtime("broken", Optional.empty()).start();

    assertThat(((Start.Not) start).refused().message()).contains("cannot be served");
    assertThat(((Start.Not) start).hopeless()).isTrue();
  }

  private String ending(String poison) throws Exception {
    Running running = ready(runtime(poison, Optional.empty()));
    try {
      status(running, poison);
    } catch (IOException e) {
      // Its connection ends with it.
    }
    return await(running.ending()).words();
  }

  private EngineRuntime runtime(String name, Optional<Schema> schema) throws Exception {
    return runtime(name, schema, Map.of());
  }

  private EngineRuntime runtime(String name, Optional<Schema> schema, Map<String, String> arguments)
      throws Exception {
    ModelSpec spec =
        ModelSpec.of(new ModelName(name), "jar", Optional.of("a.jar")).withArguments(arguments);
    if (schema.isPresent()) {
      spec = spec.withSchema(schema.get());
    }
    Assignment assignment =
        Assignment.withoutGpu(
            new InstanceId(spec.name(), 1),
            1,
            new JournalId("0123456789abcdef"),
            InstanceReport.Origin.ASSIGNED,
            spec,
            new Resources(0, 160, 1, 0));
    return new HostedRuntime(
        JarFolder.open(JarSettings.from(config, data)).files(),
        new EngineTools(
            new EngineFinder(settings, config),
            starter,
            probe,
            new ModelPaths(List.of(data.resolve("models"))),
            LIMIT),
        EngineProfiles.builtIn().get("jar"),
        assignment,
        data.resolve("instances").resolve(assignment.id().toString()));
  }

  private Running ready(EngineRuntime runtime) throws Exception {
    Start start = runtime.start();
    assertThat(start).as("%s", start).isInstanceOf(Start.Up.class);
    Running running = ((Start.Up) start).running();
    started.add(running);
    assertThat(await(running.prove(LIMIT))).isEmpty();
    return running;
  }

  private String say(Running running, String text) throws Exception {
    HttpResponse<byte[]> response = post(running, text);
    assertThat(response.statusCode()).isEqualTo(200);
    return StringValue.parseFrom(response.body()).getValue();
  }

  private int status(Running running, String text) throws Exception {
    return post(running, text).statusCode();
  }

  private HttpResponse<byte[]> post(Running running, String text) throws Exception {
    URI base = ((Upstream.Http) running.upstream()).base();
    return client.send(
        HttpRequest.newBuilder(base.resolve("/predict"))
            .timeout(LIMIT)
            .header("content-type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(StringValue.of(text).toByteArray()))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
