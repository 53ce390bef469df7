package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One instance on an engine that the test decides over, with the test in its owner's place. */
abstract class InstanceFixture {

  final ActorTestKit kit = ActorTestKit.create();
  static final Duration LIMIT = Duration.ofSeconds(30);
  static final InstanceId ID = InstanceId.of("chat-7");

  @TempDir Path data;
  final Hosted hosted = new Hosted();
  final List<ActorRef<ModelInstance.Command>> instances = new ArrayList<>();
  TaskDesk tasks = TaskDesk.none();
  final StartTimes starts = new StartTimes();
  Duration hangLimit = Duration.ofHours(1);
  Duration progressInterval = Duration.ofHours(1);
  Supplier<Long> nanoTime = System::nanoTime;
  LeaseTimes lease = new LeaseTimes(Duration.ofMillis(10), LIMIT);
  final ExecutorService work = Executors.newCachedThreadPool();
  Executor blocking = work;
  TestProbe<InstanceNotice> owner;

  /** How far its output is watched, which is looked at by tests of that alone. */
  TroubleLimits trouble = new TroubleLimits(Duration.ofHours(1), 20, 300, 10);

  TestProbe<InstanceNotice.Troubled> troubled;

  @BeforeEach
  void listen() {
    owner = kit.createTestProbe();
    troubled = kit.createTestProbe();
  }

  @AfterEach
  void endInstances() throws InterruptedException {
    // Before its folder goes: an instance that lives on, and what it has asked for, writes into it.
    instances.forEach(instance -> kit.stop(instance, LIMIT));
    work.shutdown();
    assertThat(work.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    kit.shutdownTestKit();
  }

  ActorRef<ModelInstance.Command> spawn(EngineRuntime runtime) {
    return spawn(runtime, 5);
  }

  ActorRef<ModelInstance.Command> spawn(EngineRuntime runtime, int giveUpAfter) {
    InstanceSettings settings =
        new InstanceSettings(
            1,
            LIMIT,
            Duration.ofMillis(20),
            2,
            LIMIT,
            hangLimit,
            Duration.ofSeconds(1),
            Duration.ofMillis(10),
            progressInterval,
            new RestartPolicy(
                Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMinutes(1), giveUpAfter),
            lease,
            trouble);
    ActorRef<ModelInstance.Command> instance =
        kit.spawn(
            ModelInstance.create(
                new Surroundings(
                    settings,
                    hosted,
                    new InstanceFolder(data),
                    blocking,
                    RandomGeneratorFactory.getDefault().create(),
                    InstantSource.system(),
                    nanoTime,
                    tasks,
                    starts),
                new InstanceFolder.Kept(
                    Assignment.withoutGpu(
                        ID,
                        7,
                        new JournalId("j"),
                        Origin.ASSIGNED,
                        ModelSpec.of(ID.model(), "fake", Optional.empty()),
                        Resources.NONE),
                    3),
                runtime,
                100,
                kit.spawn(sorted())));
    instances.add(instance);
    return instance;
  }

  /** Steps of its life for one probe, what goes wrong with its engine for another. */
  private Behavior<InstanceNotice> sorted() {
    return Behaviors.receiveMessage(
        notice -> {
          if (notice instanceof InstanceNotice.Troubled what) {
            troubled.getRef().tell(what);
          } else {
            owner.getRef().tell(notice);
          }
          return Behaviors.same();
        });
  }

  InstanceState expect(Phase phase) {
    InstanceState state = owner.expectMessageClass(InstanceNotice.Changed.class).state();
    assertThat(state.phase()).isEqualTo(phase);
    return state;
  }

  ActorRef<ModelInstance.Command> ready(FakeRuntime runtime) {
    ActorRef<ModelInstance.Command> instance = spawn(runtime);
    begin(instance);
    expect(Phase.WARMING);
    expect(Phase.READY);
    owner.expectMessageClass(InstanceNotice.TurnOver.class);
    return instance;
  }

  void begin(ActorRef<ModelInstance.Command> instance) {
    instance.tell(new ModelInstance.Begin(false));
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
    instance.tell(new ModelInstance.YourTurn());
  }

  Gate gate() {
    return hosted.find(ID).orElseThrow().gate();
  }
}
