package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.FakeRuntime;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.InstanceFolder.Kept;
import io.remuda.node.instance.InstanceSettings;
import io.remuda.node.instance.LeaseTimes;
import io.remuda.node.instance.RestartPolicy;
import io.remuda.node.instance.StartTimes;
import io.remuda.node.instance.Surroundings;
import io.remuda.node.instance.TaskDesk;
import io.remuda.node.instance.TroubleLimits;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An agent on engines that the test decides over, with the test in the registry's place. */
abstract class AgentFixture {

  /** Of the recipe that instances are told to run. */
  static final long REVISION = 12;

  final ActorTestKit kit = ActorTestKit.create();
  static final JournalId JOURNAL = new JournalId("ours");
  static final Duration LIMIT = Duration.ofSeconds(30);
  static final InstanceId A = InstanceId.of("a-1");
  static final InstanceId B = InstanceId.of("b-2");

  @TempDir Path data;
  final Hosted hosted = new Hosted();
  final Map<InstanceId, FakeRuntime> runtimes = new ConcurrentHashMap<>();

  /** What the engines were last asked to run. */
  final Map<InstanceId, Assignment> assignments = new ConcurrentHashMap<>();

  NodeHome home;
  TestProbe<NodePort.Command> port;

  /** What its watch was told to look at. */
  TestProbe<GpuWatch.Command> looks;

  final List<ActorRef<NodeAgent.Command>> agents = new ArrayList<>();
  final ExecutorService work = Executors.newCachedThreadPool();

  /** Engines that the test decides over; "none" is not known, "broken" is a bug. */
  private final class FakeEngines implements Engines {
    @Override
    public List<EngineOffer> offers() {
      return List.of();
    }

    @Override
    public void gpus(List<Gpu> seen) {}

    @Override
    public Description describe(ModelSpec spec) {
      throw new IllegalStateException("no disk");
    }

    @Override
    public Runtime runtime(Assignment assignment) {
      assignments.put(assignment.id(), assignment);
      if (assignment.spec().engine().equals("broken")) {
        throw new IllegalStateException("as the test wants it");
      }
      return assignment.spec().engine().equals("none")
          ? Runtime.refused(Refused.of(ErrorCode.NO_SUCH_ENGINE, "no such engine"))
          : Runtime.of(runtimes.computeIfAbsent(assignment.id(), id -> FakeRuntime.quick()));
    }

    @Override
    public EngineRuntime left(Assignment assignment, Refused why) {
      return runtimes.computeIfAbsent(assignment.id(), id -> FakeRuntime.leftOver(why));
    }
  }

  @BeforeEach
  void open() {
    Config config =
        StrictConfig.load(
            Optional.empty(), ConfigFactory.parseMap(Map.of("remuda.node.data", data.toString())));
    home = NodeHome.open(config);
    port = kit.createTestProbe();
    looks = kit.createTestProbe();
  }

  @AfterEach
  void close() throws InterruptedException {
    // Before its folder goes: an agent that lives on, and what it has asked for, writes into it.
    agents.forEach(agent -> kit.stop(agent, LIMIT));
    work.shutdown();
    assertThat(work.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    home.close();
    kit.shutdownTestKit();
  }

  ActorRef<NodeAgent.Command> spawn(List<Kept> left) throws IOException {
    return spawn(left, true);
  }

  ActorRef<NodeAgent.Command> spawn(List<Kept> left, boolean gpusKnown) throws IOException {
    AgentMemory memory = AgentMemory.open(home);
    InstanceSettings instances =
        new InstanceSettings(
            1,
            LIMIT,
            LIMIT,
            2,
            LIMIT,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(10),
            Duration.ofHours(1),
            new RestartPolicy(
                Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMinutes(1), 3),
            new LeaseTimes(Duration.ofMillis(10), LIMIT),
            new TroubleLimits(Duration.ofMillis(20), 20, 300, 10));
    ActorRef<NodeAgent.Command> agent =
        kit.spawn(
            Behaviors.supervise(
                    NodeAgent.create(
                        new AgentSettings(
                            home.machineId(),
                            "host",
                            "127.0.0.1:1",
                            Map.of("zone", "a"),
                            Duration.ofSeconds(1),
                            Duration.ofHours(1),
                            Duration.ofMillis(10),
                            LIMIT,
                            Duration.ofSeconds(30),
                            Duration.ZERO,
                            Duration.ofHours(1)),
                        new FakeEngines(),
                        new Surroundings(
                            instances,
                            hosted,
                            new InstanceFolder(data.resolve("instances")),
                            work,
                            RandomGeneratorFactory.getDefault().create(),
                            InstantSource.system(),
                            System::nanoTime,
                            TaskDesk.none(),
                            new StartTimes()),
                        memory,
                        agentRef ->
                            Behaviors.receiveMessage(
                                look -> {
                                  looks.getRef().tell(look);
                                  return Behaviors.same();
                                }),
                        CapacityLedger.of(1_000, 4),
                        () -> left))
                .onFailure(SupervisorStrategy.restart()));
    agents.add(agent);
    agent.tell(new NodeAgent.Attach(port.getRef()));
    if (gpusKnown) {
      agent.tell(new NodeAgent.GpusSeen(List.of(gpu()), Map.of("GPU-0", 6_000L), Map.of()));
    }
    return agent;
  }

  static Gpu gpu() {
    return new Gpu(
        0,
        "GPU-0",
        "test",
        8_000,
        6_000,
        0,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        false,
        false);
  }

  ActorRef<NodeAgent.Command> settled() throws IOException {
    ActorRef<NodeAgent.Command> agent = spawn(List.of());
    assertThat(setState(agent, 1, false).refused()).isEmpty();
    return agent;
  }

  NodeProtocol.MachineStateSet setState(
      ActorRef<NodeAgent.Command> agent, long version, boolean cordoned) {
    return setState(agent, version, cordoned, Set.of());
  }

  NodeProtocol.MachineStateSet setState(
      ActorRef<NodeAgent.Command> agent, long version, boolean cordoned, Set<String> gpus) {
    TestProbe<NodeProtocol.MachineStateSet> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.SetMachineState(
                JOURNAL, version, cordoned, Map.of("rack", "7"), gpus, reply.getRef())));
    return reply.receiveMessage(LIMIT);
  }

  NodeProtocol.StartReply start(
      ActorRef<NodeAgent.Command> agent, InstanceId id, String engine, Resources claim) {
    TestProbe<NodeProtocol.StartReply> reply = kit.createTestProbe();
    tellStart(agent, id, engine, claim, reply);
    return reply.receiveMessage(LIMIT);
  }

  void tellStart(
      ActorRef<NodeAgent.Command> agent,
      InstanceId id,
      String engine,
      Resources claim,
      TestProbe<NodeProtocol.StartReply> reply) {
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.StartInstance(
                id,
                id.number(),
                JOURNAL,
                ModelSpec.of(id.model(), engine, Optional.empty()),
                claim,
                REVISION,
                Optional.empty(),
                reply.getRef())));
  }

  NodeProtocol.StartReply start(ActorRef<NodeAgent.Command> agent, InstanceId id) {
    return start(agent, id, "fake", new Resources(0, 600, 1, 0));
  }

  NodeProtocol.StopReply stop(ActorRef<NodeAgent.Command> agent, InstanceId id) {
    TestProbe<NodeProtocol.StopReply> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.StopInstance(
                id, id.number(), JOURNAL, Duration.ofSeconds(1), reply.getRef())));
    return reply.receiveMessage(LIMIT);
  }

  /** Instance a-1 as a former JVM has left it. */
  static Kept left(String engine) {
    return new Kept(
        Assignment.withoutGpu(
            A,
            1,
            JOURNAL,
            InstanceReport.Origin.ASSIGNED,
            ModelSpec.of(A.model(), engine, Optional.empty()),
            new Resources(0, 600, 1, 0)),
        2);
  }

  List<FakeRuntime.Engine> engines(InstanceId id) {
    return Optional.ofNullable(runtimes.get(id)).orElseThrow().engines;
  }

  NodePort.Publish published() {
    return port.expectMessageClass(NodePort.Publish.class, LIMIT);
  }

  InstanceReport await(InstanceId id, Phase phase) {
    return Eventually.find(
        id + " " + phase,
        LIMIT,
        () ->
            published().report().instances().stream()
                .filter(each -> each.id().equals(id) && each.phase() == phase)
                .findFirst());
  }
}
