package io.remuda.node.duty;

import com.google.protobuf.StringValue;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.node.sdk.host.ModelHost;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.node.task.Verdict;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A model's jar in a host that is a JVM of its own, a machine's front before it, and a worker that
 * takes its tasks from a queue and a store in the hands of a test.
 */
final class HostedBench implements AutoCloseable {

  private static final int SLOTS = 2;

  final HandQueue queue = new HandQueue();
  final ClaimsInMemory claims = new ClaimsInMemory();
  final Gate gate = new Gate(SLOTS, 0);
  private final int port = FreePort.next();
  private final Process host;
  private final Front front;
  private final TaskWorker worker;

  /**
   * @param options of the host
   */
  HostedBench(Path jar, TaskWorkerSettings settings, String... options) throws IOException {
    host = start(jar, options);
    gate.open();
    HostedInstance instance = instance();
    Hosted hosted = new Hosted();
    hosted.put(instance);
    front = new Front(hosted, FrontSettings.from(ConfigFactory.load()), FrontMetrics.NONE);
    ServedModel model =
        new ServedModel(
            front.admitted(),
            instance,
            settings.runLimit(),
            settings.lookInterval(),
            settings.maxResult(),
            ForkJoinPool.commonPool(),
            new TaskMeters("sample"));
    worker =
        new TaskWorker(
            queue, claims, instance.id().model(), "f", 64, new GateSlots(gate), model, settings);
    Eventually.isTrue("the host serves", Duration.ofSeconds(60), this::serves);
  }

  private Process start(Path jar, String... options) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(ModelHost.class.getName(), "serve", "--jar", jar.toString()));
    line.addAll(List.of("--port", Integer.toString(port)));
    line.addAll(List.of(options));
    return new ProcessBuilder(line).redirectOutput(log(jar)).redirectErrorStream(true).start();
  }

  private static ProcessBuilder.Redirect log(Path jar) {
    return ProcessBuilder.Redirect.appendTo(jar.resolveSibling("host.log").toFile());
  }

  private HostedInstance instance() {
    return new HostedInstance(
        new InstanceId(new ModelName("sample"), 1),
        "jar",
        Phase.READY,
        100,
        Optional.empty(),
        gate,
        new Upstream.Http(base(), "sample", Map.of(), true),
        true,
        Set.of("/predict"),
        Optional.of(new Schema("f", "In", "Out", "")),
        new AtomicLong());
  }

  private URI base() {
    return URI.create("http://127.0.0.1:" + port);
  }

  private boolean serves() throws Exception {
    return HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(base().resolve("/health"))
                    .timeout(Duration.ofSeconds(5))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode()
        == 200;
  }

  /** Hands over a task with this text for its id too. */
  CompletableFuture<Verdict> give(String text) {
    return queue.give(text, StringValue.of(text).toByteString(), false);
  }

  /** How the task of this text has ended. */
  String end(String text) {
    Verdict verdict = WorkerBench.verdict(give(text));
    return claims.ended(text).orElseGet(() -> "nothing stored, but " + verdict);
  }

  @Override
  public void close() {
    worker.close();
    front.close().toCompletableFuture().join();
    host.destroyForcibly();
  }
}
