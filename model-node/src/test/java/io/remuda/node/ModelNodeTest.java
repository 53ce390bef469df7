package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.gguf.BigramModel;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.LlamaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node with real engine processes. */
class ModelNodeTest {

  private static final Resources SMALL = new Resources(0, 64, 0.5, 0);
  private static final Duration LIMIT = Duration.ofSeconds(40);

  /** Far below any interval at which a machine looks at its engines by the clock. */
  private static final Duration AT_ONCE = Duration.ofSeconds(5);

  @TempDir Path data;
  private RunningNode running;

  @BeforeEach
  void start() {
    running = RunningNode.start(data, Map.of());
    running.settle();
  }

  @AfterEach
  void end() {
    running.close();
  }

  private static InstanceId id(String name) {
    return new InstanceId(new ModelName(name), 7);
  }

  private InstanceReport started(String name, String command) {
    NodeProtocol.StartReply reply = running.start(RunningNode.spec(name, command), 7, SMALL);
    assertThat(reply.refused()).isEmpty();
    return running.await(id(name), Phase.READY);
  }

  static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** Its route; the fleet is told that it is ready a moment before its routes are written. */
  private Route readyRoute(String name) {
    return Eventually.find(
        "the route of " + name,
        LIMIT,
        () -> running.route(id(name)).filter(found -> found.phase() == Phase.READY));
  }

  @Test
  void bringsAnEngineUpAndTellsTheFleetAndEndsItWithoutTrace() {
    InstanceReport ready = started("echo", "scripted");
    long pid = ready.pid().orElseThrow();
    assertThat(alive(pid)).isTrue();
    assertThat(ready.slots()).isEqualTo(ModelSpec.DEFAULT_SLOTS);
    Route route = readyRoute("echo");
    assertThat(route.front()).isEqualTo(running.node.frontAddress().toString());
    assertThat(route.machine()).isEqualTo(running.node.machineId());
    assertThat(running.ping(id("echo")).orElseThrow().pid()).hasValue(pid);

    NodeProtocol.StopReply stopped = running.stop(id("echo"));

    assertThat(stopped.refused()).isEmpty();
    assertThat(stopped.capacity().memoryReservedMiB()).isZero();
    assertThat(alive(pid)).isFalse();
    assertThat(data.resolve("instances/echo-7")).doesNotExist();
    String folder = data.resolve("instances") + "/";
    Eventually.passes(
        "what its keeper has told to end has ended",
        LIMIT,
        () ->
            assertThat(ProcessHandle.allProcesses())
                .noneMatch(process -> process.info().commandLine().orElse("").contains(folder)));
    Eventually.isTrue(
        "its route withdrawn",
        LIMIT,
        () -> running.route(id("echo")).orElseThrow().phase() == Phase.ENDED);
    assertThat(running.start(RunningNode.spec("echo", "scripted"), 7, SMALL).refused().get().code())
        .isEqualTo(ErrorCode.ENDED);
  }

  @Test
  void anEngineThatIsKilledIsReplaced() {
    long pid = started("echo", "scripted").pid().orElseThrow();

    long killed = System.nanoTime();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    assertThat(running.await(id("echo"), Phase.BACKOFF).reason().orElseThrow())
        .contains("signal 9");
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(AT_ONCE);
    InstanceReport again = running.await(id("echo"), Phase.READY);
    assertThat(again.restarts()).isEqualTo(1);
    assertThat(again.pid().orElseThrow()).isNotEqualTo(pid);
    assertThat(running.node.hosted().find(id("echo")).orElseThrow().gate().isOpen()).isTrue();
  }

  @Test
  void anEngineThatExitsAtOnceWaitsAndHarmsNoOther() {
    running.start(RunningNode.spec("bad", "broken"), 7, SMALL);

    assertThat(running.await(id("bad"), Phase.BACKOFF).reason().orElseThrow())
        .contains("exited with code 3")
        .contains("cannot load the model: no such tensor");
    started("echo", "scripted");
    assertThat(running.ping(id("echo")).orElseThrow().phase()).isEqualTo(Phase.READY);
    assertThat(running.stop(id("bad")).capacity().memoryReservedMiB()).isEqualTo(64);
  }

  @Test
  void anEngineForWhichThereIsNoMemoryIsNotStartedForEver() {
    running.start(RunningNode.spec("large", "greedy"), 7, SMALL);

    assertThat(running.await(id("large"), Phase.FAILED).reason().orElseThrow())
        .contains("does not fit here")
        .contains("out of memory");
  }

  @Test
  void aCommandThatDoesNotExistSaysWhatToDo() {
    running.start(RunningNode.spec("none", "missing"), 7, SMALL);

    assertThat(running.await(id("none"), Phase.FAILED).reason().orElseThrow())
        .contains("/no/such/program");
  }

  @Test
  void refusesWhatDoesNotFitOrIsNotKnown() {
    NodeProtocol.StartReply large =
        running.start(RunningNode.spec("large", "scripted"), 7, new Resources(0, 9_000, 1, 0));
    assertThat(large.refused().orElseThrow().code()).isEqualTo(ErrorCode.NODE_FULL);
    assertThat(large.refused().orElseThrow().message())
        .startsWith(
            "needs 9000 MiB of memory, "
                + running.node.machineId()
                + " has 4096 of 4096 free; stop something there");

    NodeProtocol.StartReply unknown =
        running.start(
            ModelSpec.of(new ModelName("odd"), "abacus", Optional.empty()), 7, Resources.NONE);
    assertThat(unknown.refused().orElseThrow().code()).isEqualTo(ErrorCode.NO_SUCH_ENGINE);
    assertThat(unknown.refused().orElseThrow().message()).contains("llama-server");
  }

  @Test
  void theEndOfTheNodeEndsItsEngines() {
    long pid = started("echo", "scripted").pid().orElseThrow();

    running.node.close();

    assertThat(alive(pid)).isFalse();
    assertThat(data.resolve("instances/echo-7")).doesNotExist();
  }

  @Test
  void servesARealLlamaServer() throws Exception {
    LlamaServer.binary();
    Path model = Files.createDirectories(data.resolve("models")).resolve("demo.gguf");
    BigramModel.ofDemoCorpus().writeGguf(model);
    ModelSpec spec = ModelSpec.of(new ModelName("demo"), "llama-server", Optional.of("demo.gguf"));
    NodeProtocol.Described described = running.describe(spec);
    assertThat(described.file().orElseThrow().exact()).isTrue();
    assertThat(described.file().orElseThrow().sizeBytes()).isEqualTo(Files.size(model));

    NodeProtocol.StartReply reply =
        running.start(spec, 7, described.file().orElseThrow().estimate());

    assertThat(reply.refused()).isEmpty();
    InstanceReport ready = running.await(id("demo"), Phase.READY);
    assertThat(ready.reason()).isEmpty();
    assertThat(readyRoute("demo").endpoints())
        .contains("/v1/chat/completions", "/v1/completions")
        .doesNotContain("/v1/embeddings");
    assertThat(running.stop(id("demo")).refused()).isEmpty();
  }

  @Test
  void runsATypedModelInTheJvm() {
    ModelSpec spec = ModelSpec.of(new ModelName("mood"), "jvm", Optional.of("sentiment"));
    assertThat(running.describe(spec).file().orElseThrow().schema()).isPresent();

    running.start(spec, 7, SMALL);

    InstanceReport ready = running.await(id("mood"), Phase.READY);
    assertThat(ready.pid()).isEmpty();
    assertThat(ready.slots()).isEqualTo(64);
    assertThat(readyRoute("mood").endpoints()).containsExactly("/predict");
    assertThat(running.stop(id("mood")).refused()).isEmpty();
  }

  @Test
  void aGpuIsPromisedOnceAndEnginesAreToldWhichOne() {
    running.close();
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.gpu.nvidia-smi",
                "",
                "remuda.node.gpu.declared",
                List.of(Map.of("memory", "8GiB", "name", "simulated"))));
    running.settle();
    Resources most = new Resources(6_000, 64, 0.5, 1);

    NodeProtocol.StartReply first = running.start(RunningNode.spec("echo", "scripted"), 7, most);
    NodeProtocol.StartReply second = running.start(RunningNode.spec("other", "scripted"), 7, most);

    assertThat(first.refused()).isEmpty();
    Gpu gpu = first.capacity().gpus().get(0);
    assertThat(gpu.memoryReservedMiB()).isEqualTo(6_000);
    assertThat(second.refused().orElseThrow().message())
        .contains("6000 MiB on each of 1 GPUs")
        .contains("2192 MiB free on GPU 0");
    running.await(id("echo"), Phase.READY);
    assertThat(running.stop(id("echo")).capacity().gpus().get(0).memoryReservedMiB()).isZero();
  }

  @Test
  void anEngineThatIsInstalledLaterIsOfferedWithoutARestart() throws Exception {
    running.close();
    Path program = data.resolve("late-engine");
    Files.writeString(
        Files.createDirectories(data.resolve("profiles")).resolve("late.conf"),
        """
        name = late
        description = "installed later"
        kind = process
        traffic = clean
        verification = "for a test"
        serves = [chat]
        model = name
        executable { variable = "", locations = [], names = ["%s"], install = "" }
        """
            .formatted(program));
    running =
        RunningNode.start(
            data,
            Map.of(
                "remuda.node.engine.profiles",
                data.resolve("profiles").toString(),
                "remuda.node.engine.look-interval",
                "100ms"));
    awaitOffer("late", false);

    Files.writeString(program, "#!/bin/sh\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();

    awaitOffer("late", true);
  }

  private void awaitOffer(String engine, boolean wanted) {
    Eventually.isTrue(
        engine + " offered: " + wanted,
        LIMIT,
        () ->
            running.report().report().engines().stream()
                .anyMatch(offer -> offer.engine().equals(engine) && offer.available() == wanted));
  }

  @Test
  void saysWhatIsWrongWithAModelFile() throws Exception {
    Path models = Files.createDirectories(data.resolve("models"));
    Files.write(models.resolve("cut.gguf"), new byte[] {'G', 'G', 'U', 'F', 3, 0});

    assertThat(refusal("missing.gguf").code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(refusal("../node.json").code()).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refusal("cut.gguf").code()).isEqualTo(ErrorCode.INVALID_MODEL_FILE);
  }

  private io.remuda.protocol.Refused refusal(String model) {
    return running
        .describe(ModelSpec.of(new ModelName("demo"), "llama-server", Optional.of(model)))
        .refused()
        .orElseThrow();
  }
}
