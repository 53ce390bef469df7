package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProbe;
import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfiles;
import io.remuda.node.engine.EngineSettings;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.ModelPaths;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.TaskFacet;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An instance whose engine is a worker that joins and goes as it likes. */
class ExternalRuntimeTest extends InstanceFixture {

  private final EngineSettings settings = EngineSettings.from(ConfigFactory.load());
  private final EngineProbe probe = new EngineProbe(settings);
  private final EngineStarter starter = new EngineStarter(settings);
  private final BlockingQueue<CompletableFuture<JoinedWorker>> waiting =
      new LinkedBlockingQueue<>();
  private EngineProfile profile;

  private record Present(
      String name,
      Optional<URI> address,
      OptionalInt slots,
      Optional<TaskFacet> tasks,
      CompletableFuture<String> leaving,
      CompletableFuture<Void> resting)
      implements JoinedWorker {
    Present(
        String name,
        Optional<URI> address,
        OptionalInt slots,
        Optional<TaskFacet> tasks,
        CompletableFuture<String> leaving) {
      this(name, address, slots, tasks, leaving, new CompletableFuture<>());
    }

    @Override
    public CompletionStage<Void> rests(long lease) {
      return resting;
    }

    @Override
    public CompletionStage<String> gone() {
      return leaving;
    }
  }

  @BeforeEach
  void readProfile() throws Exception {
    profile = EngineProfiles.builtIn().get("external");
  }

  @AfterEach
  void close() {
    probe.close();
    starter.close();
  }

  private EngineRuntime runtime() {
    return runtime(LIMIT);
  }

  private EngineRuntime runtime(Duration answerLimit) {
    EngineTools tools =
        new EngineTools(
            new EngineFinder(settings, ConfigFactory.load()),
            starter,
            probe,
            new ModelPaths(List.of(data)),
            answerLimit);
    Assignment assignment =
        Assignment.withoutGpu(
            ID,
            7,
            new JournalId("j"),
            Origin.ASSIGNED,
            ModelSpec.of(ID.model(), "external", Optional.empty()),
            Resources.NONE);
    return new ExternalRuntime(
        tools,
        (model, fingerprint) -> {
          CompletableFuture<JoinedWorker> arrival = new CompletableFuture<>();
          waiting.add(arrival);
          return arrival;
        },
        profile,
        assignment);
  }

  @Test
  void waitsForAWorkerOfTasksAndForTheNextOneWhenThatGoes() throws Exception {
    ActorRef<ModelInstance.Command> instance = spawn(runtime());
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    expect(Phase.WARMING);
    assertThat(gate().isOpen()).isFalse();
    Present worker = taskWorker("first");

    arrives(worker);

    InstanceState ready = expect(Phase.READY);
    assertThat(ready.serving().endpoints()).as("it answers no calls").isEmpty();
    assertThat(ready.tasks()).contains(TaskFacet.off("the broker is away"));
    assertThat(hosted.find(ID).orElseThrow().upstream()).isInstanceOf(Upstream.Absent.class);

    worker.leaving().complete("worker first has not pinged");

    InstanceState backoff = expect(Phase.BACKOFF);
    assertThat(backoff.reason()).contains("worker first has not pinged");
    assertThat(backoff.tasks()).contains(TaskFacet.NOT_READY);
    assertThat(gate().isOpen()).isFalse();
    expect(Phase.STARTING);
    expect(Phase.WARMING);
    arrives(taskWorker("second"));
    expect(Phase.READY);
  }

  @Test
  void isReadyWhenItsWorkersAddressAnswersAndIsCalledThere() throws Exception {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      ActorRef<ModelInstance.Command> instance = spawn(runtime());
      instance.tell(new ModelInstance.Begin(false));
      expect(Phase.STARTING);
      expect(Phase.WARMING);

      arrives(
          new Present(
              "w", Optional.of(engine.base()), OptionalInt.of(7), Optional.empty(), never()));

      InstanceState ready = expect(Phase.READY);
      assertThat(ready.serving().endpoints()).containsExactly("/predict");
      assertThat(engine.seen().get(0).path()).isEqualTo("/health");
      assertThat(((Upstream.Http) hosted.find(ID).orElseThrow().upstream()).base())
          .isEqualTo(engine.base());
    }
  }

  @Test
  void doesWhatTheWorkerAtHandCanAndNotWhatTheFirstOneCould() throws Exception {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      ActorRef<ModelInstance.Command> instance = spawn(runtime());
      instance.tell(new ModelInstance.Begin(false));
      expect(Phase.STARTING);
      assertThat(expect(Phase.WARMING).serving().endpoints()).containsExactly("/predict");
      Present first = taskWorker("first");
      arrives(first);
      assertThat(expect(Phase.READY).serving().endpoints()).isEmpty();
      assertThat(gate().slots()).isEqualTo(2);

      first.leaving().complete("worker first has joined again");
      expect(Phase.BACKOFF);
      expect(Phase.STARTING);
      expect(Phase.WARMING);
      arrives(
          new Present(
              "first",
              Optional.of(engine.base()),
              OptionalInt.of(7),
              Optional.of(TaskFacet.TAKING),
              never()));

      InstanceState ready = expect(Phase.READY);
      assertThat(ready.serving().endpoints()).containsExactly("/predict");
      assertThat(ready.tasks()).contains(TaskFacet.TAKING);
      assertThat(gate().slots()).isEqualTo(7);
      assertThat(hosted.find(ID).orElseThrow().endpoints()).containsExactly("/predict");
    }
  }

  @Test
  void isNotReadyWhileItsWorkersAddressDoesNotAnswer() throws Exception {
    URI nowhere = URI.create("http://127.0.0.1:" + FreePort.next());
    ActorRef<ModelInstance.Command> instance = spawn(runtime(Duration.ofMillis(500)));
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    expect(Phase.WARMING);

    arrives(new Present("w", Optional.of(nowhere), OptionalInt.empty(), Optional.empty(), never()));

    assertThat(expect(Phase.BACKOFF).reason()).isPresent();
  }

  @Test
  void anAddressThatNobodyAnswersAtAnyMoreIsSeenThoughItsWorkerStillPings() throws Exception {
    try (ScriptedEngine engine = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      ActorRef<ModelInstance.Command> instance = spawn(runtime());
      instance.tell(new ModelInstance.Begin(false));
      expect(Phase.STARTING);
      expect(Phase.WARMING);
      arrives(
          new Present(
              "w", Optional.of(engine.base()), OptionalInt.empty(), Optional.empty(), never()));
      expect(Phase.READY);

      engine.close();

      assertThat(expect(Phase.BACKOFF).reason()).isPresent();
      assertThat(gate().isOpen()).isFalse();
    }
  }

  @Test
  void isLeasedWhenItsWorkerHasSaidThatItTakesNoTasks() throws Exception {
    ActorRef<ModelInstance.Command> instance = spawn(runtime());
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    expect(Phase.WARMING);
    Present worker = taskWorker("w");
    arrives(worker);
    expect(Phase.READY);
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();

    instance.tell(
        new ModelInstance.Hold(
            new LeaseToken(new LeaseId("l3"), 3), Duration.ofHours(1), answer::complete));
    Eventually.isTrue(
        "written", LIMIT, () -> Files.exists(data.resolve(ID.toString()).resolve("lease.json")));
    assertThat(expect(Phase.READY).lease()).contains(new LeaseId("l3"));
    assertThat(answer).as("its worker may still work on a task").isNotDone();
    worker.resting().complete(null);

    assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void aWorkerThatCannotBeToldToTakeNoTasksIsNotLeased() throws Exception {
    lease = new LeaseTimes(Duration.ZERO, Duration.ofMillis(50));
    ActorRef<ModelInstance.Command> instance = spawn(runtime());
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    expect(Phase.WARMING);
    arrives(taskWorker("w"));
    expect(Phase.READY);
    CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();

    instance.tell(
        new ModelInstance.Hold(
            new LeaseToken(new LeaseId("l3"), 3), Duration.ofHours(1), answer::complete));

    assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS).map(Refused::code))
        .contains(ErrorCode.BUSY);
  }

  @Test
  void isStoppedWhileItWaits() throws Exception {
    ActorRef<ModelInstance.Command> instance = spawn(runtime());
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    expect(Phase.WARMING);
    CompletableFuture<JoinedWorker> arrival = next();

    instance.tell(new ModelInstance.Stop(Duration.ZERO));

    expect(Phase.DRAINING);
    expect(Phase.ENDED);
    assertThat(arrival).as("nobody waits any more").isCancelled();
  }

  private static Present taskWorker(String name) {
    return new Present(
        name,
        Optional.empty(),
        OptionalInt.of(2),
        Optional.of(TaskFacet.off("the broker is away")),
        new CompletableFuture<>());
  }

  private static CompletableFuture<String> never() {
    return new CompletableFuture<>();
  }

  private void arrives(Present worker) throws InterruptedException {
    next().complete(worker);
  }

  private CompletableFuture<JoinedWorker> next() throws InterruptedException {
    CompletableFuture<JoinedWorker> arrival = waiting.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(arrival).isNotNull();
    return arrival;
  }
}
